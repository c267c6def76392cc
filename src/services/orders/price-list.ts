import { putBounded } from "../../platform/bounded-map.ts";
import type { Statement } from "../../platform/coalesce.ts";
import type { Deps, Instance } from "../../platform/deps.ts";
import { lazilyPer } from "../../platform/lazily-per.ts";
import type { Scope } from "../../platform/scope.ts";
import { type PriceRow, pricesOf } from "./queries.ts";

const ageMaxMs = 1000;
const entriesMax = 20_000;

interface Entry {
  readonly price: PriceRow;
  readonly loadedAt: number;
}

const listOf = lazilyPer((_: Instance) => new Map<string, Entry>());

/**
 * The shop's prices of these SKUs, at most a second old; SKUs the shop does not sell are left out. The list is the
 * orders service's own, fed by `product.*`.
 */
export async function priceList(scope: Scope, skus: readonly string[]): Promise<ReadonlyMap<string, PriceRow>> {
  const list = listOf(scope.deps.instance);
  const youngest = Date.now() - ageMaxMs;
  const known = new Map<string, PriceRow>();
  const missing = skus.filter((sku) => {
    const entry = list.get(sku);
    if (entry === undefined || entry.loadedAt < youngest) return true;
    known.set(sku, entry.price);
    return false;
  });
  if (missing.length === 0) return known;
  for (const price of await scope.deps.coalesce(lookUp, missing)) {
    known.set(price.sku, price);
    putBounded(list, price.sku, { price, loadedAt: Date.now() }, entriesMax);
  }
  return known;
}

const lookUp: Statement<readonly string[], readonly PriceRow[]> = {
  run: async (deps: Deps, wanted) => {
    const rows = await pricesOf(deps.databases.of("orders").primary(), [...new Set(wanted.flat())]);
    const bySku = new Map(rows.map((row) => [row.sku, row]));
    return wanted.map((skus) => skus.flatMap((sku) => bySku.get(sku) ?? []));
  },
  itemsMax: 200,
  weigh: (skus) => skus.length,
  weightMax: 1000,
  waitingMax: 2000,
};
