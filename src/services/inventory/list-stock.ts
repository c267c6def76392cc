import { readNewest } from "../../platform/consistency/read.ts";
import { pageIn, positionIn } from "../../platform/http/page.ts";
import type { Scope } from "../../platform/scope.ts";
import { presentStock } from "./present-stock.ts";
import { lowStockPage, stockPage } from "./queries.ts";

interface Query {
  readonly below?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * A page of stock by SKU, of all of it or of that with fewer than `below` units available, and its `Link`.
 * @throws Problem cursor-invalid
 */
export async function listStock(scope: Scope, { below, limit, cursor }: Query) {
  const { config } = scope.deps;
  const list = new URL(`http://list/v1/stock?limit=${limit}`);
  if (below !== undefined) list.searchParams.set("below", String(below));
  const [after = ""] = positionIn(config, list, cursor) ?? [];
  const bounds = { after, limit: limit + 1 };
  const rows = await readNewest(scope, "inventory", (db) =>
    below === undefined ? stockPage(db).execute(bounds) : lowStockPage(db).execute({ ...bounds, below }),
  );
  return pageIn(config, list, rows, limit, (row) => [row.sku], presentStock);
}
