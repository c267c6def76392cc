import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { addNotifications } from "./store.ts";

const subjects = {
  "order.cancelled": { kind: "order-cancelled", subject: "Your order is cancelled" },
  "order.expired": { kind: "order-expired", subject: "Your order has expired, it was not paid in time" },
} as const;

/** An end that is told again, since money came for it, is no news to the buyer. */
export const tellEndInShop: ApplyingConsumer<"order.cancelled" | "order.expired"> = {
  service: "notifications",
  name: "notifications.order-ended",
  apply: (_scope, tx, events) =>
    addNotifications(
      tx,
      events
        .filter(({ data }) => data.reason !== "late-capture")
        .map(({ type, data }) => ({ userId: data.userId, ...subjects[type] })),
    ),
};
