import type { ApplyingConsumer, SendingConsumer } from "../../platform/events/consumer.ts";
import { formatMoney } from "./format-money.ts";
import { mailBuyer } from "./mail-buyer.ts";
import { refundMail } from "./mails/refund.ts";
import { addNotifications } from "./store.ts";

export const tellRefundInShop: ApplyingConsumer<"order.refunded"> = {
  service: "notifications",
  name: "notifications.refunded",
  apply: (_scope, tx, events) =>
    addNotifications(
      tx,
      events.map(({ data }) => ({
        userId: data.userId,
        kind: "order-refunded",
        subject: `${formatMoney(data.amount)} of your order goes back to you`,
      })),
    ),
};

export const refundByMail: SendingConsumer<"order.refunded"> = {
  service: "notifications",
  name: "notifications.refund-mail",
  send: (scope, { id, key, data }) =>
    mailBuyer(scope, data.userId, `${id}:notifications.refund-mail`, (publicUrl, name) =>
      refundMail(publicUrl, { ...data, orderId: key, name }),
    ),
};
