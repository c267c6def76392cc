import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { statusesBefore } from "./order-state.ts";
import { noteRefunds } from "./store.ts";

/** Each refund is noted at its order and told; one that completes the order's total turns it refunded. */
export const refundOrders: ApplyingConsumer<"payment.refunded"> = {
  service: "orders",
  name: "orders.refund",
  apply: (scope, tx, events) => {
    const refunds = events.map(({ id, data }) => ({
      userId: data.userId,
      orderId: data.orderId,
      refundId: data.refundId ?? id,
      amount: data.amount.amount,
      restock: data.restock ?? false,
    }));
    return noteRefunds(tx, refunds, statusesBefore("refunded"), scope.traceparent);
  },
};
