import type { SendingConsumer } from "../../platform/events/consumer.ts";
import { mailedToken } from "../../platform/mailed-token.ts";
import { mailUser } from "./mail-user.ts";
import { passwordResetMail } from "./mails/password-reset.ts";
import { welcomeMail } from "./mails/welcome.ts";

export const resetByMail: SendingConsumer<"user.reset-requested"> = {
  service: "notifications",
  name: "notifications.reset-mail",
  send: async (scope, { id, key: userId, data: { email, name, requestId } }) => {
    const { config } = scope.deps;
    const token = mailedToken(config, "reset", requestId);
    const mail = await passwordResetMail(config.PUBLIC_URL, { name, token });
    await mailUser(scope, { userId, email }, `${id}:notifications.reset-mail`, mail);
  },
};

/** The welcome mail again, with a link that is good again. */
export const verificationByMail: SendingConsumer<"user.verification-requested"> = {
  service: "notifications",
  name: "notifications.verification-mail",
  send: async (scope, { id, key: userId, data: { email, name, requestId } }) => {
    const { config } = scope.deps;
    const token = mailedToken(config, "verification", requestId);
    const mail = await welcomeMail(config.PUBLIC_URL, { name, token });
    await mailUser(scope, { userId, email }, `${id}:notifications.verification-mail`, mail);
  },
};
