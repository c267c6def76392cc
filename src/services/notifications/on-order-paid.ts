import type { ApplyingConsumer, SendingConsumer } from "../../platform/events/consumer.ts";
import { sendMail } from "../../platform/mail.ts";
import { onPrimary } from "../../platform/scope.ts";
import { receiptMail } from "./mails/receipt.ts";
import { contactOf } from "./queries.ts";
import { addNotifications } from "./store.ts";

export const confirmInShop: ApplyingConsumer<"order.paid"> = {
  service: "notifications",
  name: "notifications.receipt",
  apply: (_scope, tx, events) =>
    addNotifications(
      tx,
      events.map(({ data }) => ({ userId: data.userId, kind: "receipt", subject: "Your order is paid" })),
    ),
};

/** Where `user.registered` has not come yet, this throws: the delivery is tried again. */
export const receiptByMail: SendingConsumer<"order.paid"> = {
  service: "notifications",
  name: "notifications.receipt-mail",
  send: async (scope, { id, key, data }) => {
    const [contact] = await contactOf(onPrimary(scope, "notifications")).execute({ userId: data.userId });
    if (contact === undefined) throw new Error("The buyer is not known yet.");
    const mail = await receiptMail(scope.deps.config.PUBLIC_URL, { ...data, orderId: key, name: contact.name });
    await sendMail(scope, `${id}:notifications.receipt-mail`, { ...mail, to: contact.email });
  },
};
