import type { ApplyingConsumer, SendingConsumer } from "../../platform/events/consumer.ts";
import { mailedToken } from "../../platform/mailed-token.ts";
import { mailUser } from "./mail-user.ts";
import { welcomeMail } from "./mails/welcome.ts";
import { addNotifications, keepContacts } from "./store.ts";

/** Whom to write to about orders, by the newest that is known of a user. */
export const rememberContacts: ApplyingConsumer<"user.registered" | "user.updated"> = {
  service: "notifications",
  name: "notifications.contact",
  apply: (_scope, tx, events) =>
    keepContacts(
      tx,
      events.map(({ key, version, data }) => ({ userId: key, email: data.email, name: data.name, version })),
    ),
};

export const welcomeInShop: ApplyingConsumer<"user.registered"> = {
  service: "notifications",
  name: "notifications.welcome",
  apply: (_scope, tx, events) =>
    addNotifications(
      tx,
      events.map(({ key }) => ({ userId: key, kind: "welcome", subject: "Welcome to the shop" })),
    ),
};

export const welcomeByMail: SendingConsumer<"user.registered"> = {
  service: "notifications",
  name: "notifications.welcome-mail",
  send: async (scope, { id, key: userId, data: { email, name, requestId } }) => {
    const { config } = scope.deps;
    const token = requestId === undefined ? undefined : mailedToken(config, "verification", requestId);
    const mail = await welcomeMail(config.PUBLIC_URL, { name, token });
    await mailUser(scope, { userId, email }, `${id}:notifications.welcome-mail`, mail);
  },
};
