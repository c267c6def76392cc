import type { SendingConsumer } from "../../platform/events/consumer.ts";
import { sendMail } from "../../platform/mail.ts";
import { mailedToken } from "../../platform/mailed-token.ts";
import { passwordResetMail } from "./mails/password-reset.ts";
import { welcomeMail } from "./mails/welcome.ts";

export const resetByMail: SendingConsumer<"user.reset-requested"> = {
  service: "notifications",
  name: "notifications.reset-mail",
  send: async (scope, { id, data: { email, name, requestId } }) => {
    const { config } = scope.deps;
    const token = mailedToken(config, "reset", requestId);
    const mail = await passwordResetMail(config.PUBLIC_URL, { name, token });
    await sendMail(scope, `${id}:notifications.reset-mail`, { ...mail, to: email });
  },
};

/** The welcome mail again, with a link that is good again. */
export const verificationByMail: SendingConsumer<"user.verification-requested"> = {
  service: "notifications",
  name: "notifications.verification-mail",
  send: async (scope, { id, data: { email, name, requestId } }) => {
    const { config } = scope.deps;
    const token = mailedToken(config, "verification", requestId);
    const mail = await welcomeMail(config.PUBLIC_URL, { name, token });
    await sendMail(scope, `${id}:notifications.verification-mail`, { ...mail, to: email });
  },
};
