import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { statusesBefore } from "./order-state.ts";
import { moveOrders, refundPaid, tellEndAgain } from "./store.ts";

/**
 * A captured payment pays its pending order, also one past its time that has not expired yet. Where the order had ended
 * before, its end is told again, which makes payments give the money back.
 */
export const payOrders: ApplyingConsumer<"payment.captured"> = {
  service: "orders",
  name: "orders.pay",
  apply: async (scope, tx, events) => {
    const captured = events.map(({ key, data }) => ({ userId: data.userId, orderId: data.orderId, paymentId: key }));
    const paid = await moveOrders(tx, captured, {
      from: ["pending"],
      to: "paid",
      event: "order.paid",
      more: {},
      traceparent: scope.traceparent,
    });
    const now = captured.filter(({ orderId }) => paid.has(orderId));
    if (now.length > 0) await refundPaid(tx, now, statusesBefore("refunded"));
    const late = captured.filter(({ orderId }) => !paid.has(orderId));
    if (late.length > 0) await tellEndAgain(tx, late, scope.traceparent);
  },
};
