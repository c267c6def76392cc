import { auditEvent } from "../../platform/audit.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { countMax } from "../../shared/counts.ts";
import { notAllowed, Problem } from "../../shared/errors.ts";
import type { MovementRow } from "./queries.ts";
import { type Adjustment, adjustStock as adjust } from "./store.ts";

interface Adjusted {
  readonly movement: MovementRow;
  readonly replayed: boolean;
}

/**
 * Adds to a SKU's stock or takes from it, once for each key, and records why.
 * @throws Problem not-found, stock-below-reserved, idempotency-key-reused, invalid-request where it would be too many
 */
export async function adjustStock(scope: Scope, sku: string, key: string, asked: Adjustment): Promise<Adjusted> {
  const row = await forWriting(scope, "inventory").sql.begin(async (tx) => {
    const adjusted = await adjust(tx, sku, key, asked);
    const detail = { delta: asked.delta };
    const record = auditEvent(scope, { action: "stock.adjusted", target: { type: "stock", id: sku }, detail });
    if (adjusted?.outcome === "made") await appendEvents(tx, scope, [record]);
    return adjusted;
  });
  switch (row?.outcome) {
    case "made":
    case "replayed": {
      const { outcome, ...movement } = row;
      return { movement: { ...movement, sku }, replayed: outcome === "replayed" };
    }
    case "other-body":
      throw new Problem("idempotency-key-reused", "This key has made another adjustment of this SKU; use a new one.");
    case "below-reserved":
      throw new Problem("stock-below-reserved", `So many units of ${sku} cannot go: orders have reserved them.`);
    case "too-many":
      throw notAllowed({ path: "delta", message: `no more than ${countMax} units of a SKU` });
    default:
      throw new Problem("not-found", "There is no stock of this SKU: count it first.");
  }
}
