import type { ApplyingConsumer, SendingConsumer } from "../../platform/events/consumer.ts";
import { mailBuyer } from "./mail-buyer.ts";
import { receiptMail } from "./mails/receipt.ts";
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

export const receiptByMail: SendingConsumer<"order.paid"> = {
  service: "notifications",
  name: "notifications.receipt-mail",
  send: (scope, { id, key, data }) =>
    mailBuyer(scope, data.userId, `${id}:notifications.receipt-mail`, (publicUrl, name) =>
      receiptMail(publicUrl, { ...data, orderId: key, name }),
    ),
};
