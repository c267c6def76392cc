import type { PaymentOfOrder } from "../../contracts/ports.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { presentOrder } from "./present-order.ts";
import { orderById, orderOfAnyone } from "./queries.ts";
import type { Order } from "./schemas.ts";

interface OrderWithPayments extends Order {
  readonly payments: readonly PaymentOfOrder[];
}

/** Any user's order with its payments and their refunds, for an administrator. @throws Problem not-found */
export async function readAnyOrder(scope: Scope, id: string): Promise<OrderWithPayments> {
  const db = onPrimary(scope, "orders");
  const [known] = await orderOfAnyone(db).execute({ id });
  const [row] = known === undefined ? [] : await orderById(db).execute({ userId: known.userId, id });
  if (row === undefined) throw new Problem("not-found", "There is no such order.");
  const payments = await scope.deps.ports.payments.paymentsOf(scope, row.userId, id);
  return { ...presentOrder(row), payments };
}
