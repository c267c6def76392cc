import type { Units } from "../../contracts/ports.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { unitsOfSkus } from "./queries.ts";

/** What there is of each SKU now; one of which there never was any is left out. */
export async function unitsOf(scope: Scope, skus: readonly string[]): Promise<ReadonlyMap<string, Units>> {
  if (skus.length === 0) return new Map();
  const rows = await unitsOfSkus(onPrimary(scope, "inventory"), skus);
  return new Map(rows.map(({ sku, free, taken }) => [sku, { free, taken }]));
}
