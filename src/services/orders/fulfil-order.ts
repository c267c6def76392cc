import { auditEvent } from "../../platform/audit.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { forWriting, onPrimary, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { statusesBefore } from "./order-state.ts";
import { presentOrder } from "./present-order.ts";
import { orderById, orderOfAnyone } from "./queries.ts";
import type { FulfilmentInput, Order } from "./schemas.ts";
import { moveOnItsWay } from "./store.ts";

/**
 * Notes that an order was shipped or delivered, and what is said of it. The same body again answers the order as it
 * stands now.
 * @throws Problem not-found, order-state
 */
export async function fulfilOrder(
  scope: Scope,
  id: string,
  to: "shipped" | "delivered",
  said: FulfilmentInput,
): Promise<Order> {
  const [known] = await orderOfAnyone(onPrimary(scope, "orders")).execute({ id });
  if (known === undefined) throw new Problem("not-found", "There is no such order.");
  const { userId } = known;
  const db = forWriting(scope, "orders");
  await db.sql.begin(async (tx) => {
    const { traceparent } = scope;
    const moved = await moveOnItsWay(tx, { userId, id, from: statusesBefore(to), to, said, traceparent });
    const record = auditEvent(scope, { action: `order.${to}`, target: { type: "order", id } });
    if (moved) await appendEvents(tx, scope, [record]);
  });
  const [row] = await orderById(db).execute({ userId, id });
  if (row === undefined) throw new Problem("not-found", "There is no such order.");
  const order = presentOrder(row);
  const step = order.history.find(({ status }) => status === to);
  if (step && step.carrier === said.carrier && step.trackingNumber === said.trackingNumber) return order;
  throw new Problem("order-state", `An order that is ${row.status} cannot be noted as ${to} so.`, {
    orderStatus: row.status,
  });
}
