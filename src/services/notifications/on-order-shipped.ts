import type { ApplyingConsumer, SendingConsumer } from "../../platform/events/consumer.ts";
import { mailBuyer } from "./mail-buyer.ts";
import { shippedMail } from "./mails/shipped.ts";
import { addNotifications } from "./store.ts";

export const tellShippedInShop: ApplyingConsumer<"order.shipped"> = {
  service: "notifications",
  name: "notifications.shipped",
  apply: (_scope, tx, events) =>
    addNotifications(
      tx,
      events.map(({ data }) => ({ userId: data.userId, kind: "order-shipped", subject: "Your order is on its way" })),
    ),
};

export const shippedByMail: SendingConsumer<"order.shipped"> = {
  service: "notifications",
  name: "notifications.shipped-mail",
  send: (scope, { id, key, data }) =>
    mailBuyer(scope, data.userId, `${id}:notifications.shipped-mail`, (publicUrl, name) =>
      shippedMail(publicUrl, { ...data, orderId: key, name }),
    ),
};

export const tellDeliveredInShop: ApplyingConsumer<"order.delivered"> = {
  service: "notifications",
  name: "notifications.delivered",
  apply: (_scope, tx, events) =>
    addNotifications(
      tx,
      events.map(({ data }) => ({ userId: data.userId, kind: "order-delivered", subject: "Your order is delivered" })),
    ),
};
