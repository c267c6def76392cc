import { auditEvent } from "../../platform/audit.ts";
import { databaseErrorCode } from "../../platform/database.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { stockBySku } from "./queries.ts";
import { countStock as count } from "./store.ts";

/**
 * Sets a SKU's stock as counted; a new SKU is made.
 * @throws Problem precondition-failed where `expectedOnHand` differs, stock-below-reserved
 */
export async function countStock(scope: Scope, sku: string, input: { onHand: number; expectedOnHand?: number }) {
  const db = forWriting(scope, "inventory");
  try {
    const counted = await db.sql.begin(async (tx) => {
      const row = await count(tx, sku, input.onHand, input.expectedOnHand ?? null);
      const detail = { onHand: input.onHand };
      const record = auditEvent(scope, { action: "stock.counted", target: { type: "stock", id: sku }, detail });
      if (row) await appendEvents(tx, scope, [record]);
      return row;
    });
    if (counted) return { sku, ...counted };
  } catch (error) {
    if (databaseErrorCode(error) !== "23514") throw error;
    throw new Problem("stock-below-reserved", `More than ${input.onHand} units of ${sku} are reserved by orders.`);
  }
  const [now] = await stockBySku(db).execute({ sku });
  throw new Problem("precondition-failed", "The stock is not what you expected; read it and count again.", {
    onHand: now?.onHand ?? 0,
  });
}
