import { read } from "../../platform/consistency/read.ts";
import type { Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { highestUuid } from "../../shared/ids.ts";
import { type PaymentRow, paymentsPage } from "./queries.ts";

/**
 * An order's payments, newest first, one more than `limit` where there are more.
 * @throws Problem not-found, where there are none since the user has no such order
 */
export async function listPayments(
  scope: Scope,
  userId: string,
  orderId: string,
  limit: number,
  after: readonly string[] | undefined,
): Promise<PaymentRow[]> {
  const [createdAt, id] = after ?? ["infinity", highestUuid];
  const rows = await read(scope, "payments", (db) =>
    paymentsPage(db).execute({ userId, orderId, createdAt, id, limit: limit + 1 }),
  );
  if (rows.length > 0 || after !== undefined) return rows;
  const order = await scope.deps.ports.orders.payable(scope, userId, orderId);
  if (order === undefined) throw new Problem("not-found", "There is no such order of yours.");
  return rows;
}
