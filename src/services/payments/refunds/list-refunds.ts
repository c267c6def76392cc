import { read } from "../../../platform/consistency/read.ts";
import type { Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { highestUuid } from "../../../shared/ids.ts";
import { paymentById } from "../queries.ts";
import { type RefundRow, refundsPage } from "./queries.ts";

/**
 * A payment's refunds, newest first, one more than `limit` where there are more.
 * @throws Problem not-found, where there are none since the user has no such payment
 */
export async function listRefunds(
  scope: Scope,
  userId: string,
  paymentId: string,
  limit: number,
  after: readonly string[] | undefined,
): Promise<RefundRow[]> {
  const [createdAt, id] = after ?? ["infinity", highestUuid];
  const rows = await read(scope, "payments", (db) =>
    refundsPage(db).execute({ userId, paymentId, createdAt, id, limit: limit + 1 }),
  );
  if (rows.length > 0 || after !== undefined) return rows;
  const [payment] = await read(scope, "payments", (db) => paymentById(db).execute({ userId, id: paymentId }));
  if (payment === undefined) throw new Problem("not-found", "There is no such payment of yours.");
  return rows;
}
