import { forWriting, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { statusesBefore } from "./order-state.ts";
import { presentOrder } from "./present-order.ts";
import { orderById } from "./queries.ts";
import type { Order } from "./schemas.ts";
import { moveOrders } from "./store.ts";

/**
 * Cancels a pending or paid order; stock and money come back by its event. Cancelling again answers the same.
 * @throws Problem not-found, order-state
 */
export async function cancelOrder(scope: Scope, userId: string, id: string): Promise<Order> {
  const db = forWriting(scope, "orders");
  await moveOrders(db.sql, [{ userId, orderId: id, paymentId: null }], {
    from: statusesBefore("cancelled"),
    to: "cancelled",
    event: "order.cancelled",
    more: { reason: "customer" },
    traceparent: scope.traceparent,
  });
  const [row] = await orderById(db).execute({ userId, id });
  if (row === undefined) throw new Problem("not-found", "There is no such order of yours.");
  if (row.status !== "cancelled")
    throw new Problem("order-state", `An order that is ${row.status} cannot be cancelled.`, {
      orderStatus: row.status,
    });
  return presentOrder(row);
}
