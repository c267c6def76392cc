import { forWriting, type Scope } from "../../platform/scope.ts";
import { overdueOrders } from "./queries.ts";
import { moveOrders } from "./store.ts";

const ordersMax = 500;
const roundsMax = 100;

/**
 * Expires pending orders whose time has run out. One for which a young payment is still processing waits for it: a new
 * payment cannot begin meanwhile, since an overdue order is not payable.
 */
export async function expireOrders(scope: Scope): Promise<void> {
  const db = forWriting(scope, "orders");
  for (let round = 0; round < roundsMax; round++) {
    const overdue = await overdueOrders(db, ordersMax);
    const beingPaid = overdue.length > 0 ? await scope.deps.ports.payments.beingPaid(scope, overdue) : new Set();
    const expiring = overdue.filter(({ orderId }) => !beingPaid.has(orderId));
    if (expiring.length === 0) return;
    await moveOrders(
      db.sql,
      expiring.map((order) => ({ ...order, paymentId: null })),
      {
        from: ["pending"],
        to: "expired",
        event: "order.expired",
        more: { reason: "unpaid" },
        traceparent: scope.traceparent,
      },
    );
    if (overdue.length < ordersMax) return;
  }
}
