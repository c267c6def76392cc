import { cached, type Found } from "../../platform/cache/cached.ts";
import { read } from "../../platform/consistency/read.ts";
import { pgArray } from "../../platform/database.ts";
import { pageIn, positionIn } from "../../platform/http/page.ts";
import type { Scope } from "../../platform/scope.ts";
import { amountMax } from "../../shared/money.ts";
import { listValue } from "./cached-values.ts";
import { productOrders, productsBehind } from "./list-statements.ts";
import { presentProduct } from "./product.ts";
import { type ProductRow, productsByIds } from "./queries.ts";
import type { ProductPage, ProductsQuery } from "./schemas.ts";

/**
 * A page of active products, or those of `ids` in the order asked.
 * @throws Problem cursor-invalid
 */
export async function listProducts(scope: Scope, query: ProductsQuery): Promise<Found> {
  const { ids } = query;
  if (ids)
    return await cached(scope, `products:${ids.join(",")}`, async (reader) =>
      listValue(await thoseOf(reader, ids), undefined),
    );
  const list = listUrl(query);
  const position = positionIn(scope.deps.config, list, query.cursor);
  return await cached(scope, `list:${list.pathname}${list.search}`, async (reader) => {
    const rows = await rowsBehind(reader, query, position);
    const order = productOrders[query.sort];
    const { body, link } = pageIn(
      scope.deps.config,
      list,
      rows,
      query.limit,
      (row) => [order.keyOf(row), row.id],
      presenter(scope),
    );
    return listValue(body, link);
  });
}

/** The list as it was understood: parameters that nobody knows are part of no cursor and no cache key. */
function listUrl({ category, minPrice, maxPrice, available, sort, limit, cursor }: ProductsQuery): URL {
  const url = new URL("http://list/v1/products");
  const given = { category, minPrice, maxPrice, available, sort, limit, cursor };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

async function rowsBehind(
  scope: Scope,
  query: ProductsQuery,
  position: readonly string[] | undefined,
): Promise<readonly ProductRow[]> {
  const { category, sort, limit } = query;
  const [value, id] = position ?? productOrders[sort].start;
  const bounds = {
    value,
    id,
    minPrice: query.minPrice ?? 0,
    maxPrice: query.maxPrice ?? amountMax,
    onlyAvailable: query.available === "true",
    limit: limit + 1,
  };
  const { ofAll, ofCategory } = productsBehind[sort];
  return await read(scope, "catalog", (db) =>
    category === undefined ? ofAll(db).execute(bounds) : ofCategory(db).execute({ ...bounds, category }),
  );
}

async function thoseOf(scope: Scope, ids: readonly string[]): Promise<ProductPage> {
  const rows = await read(scope, "catalog", (db) => productsByIds(db).execute({ ids: pgArray(ids) }));
  const active = new Map(rows.filter(({ status }) => status === "active").map((row) => [row.id, row]));
  const asked = ids.map((id) => active.get(id)).filter((row) => row !== undefined);
  return { data: asked.map(presenter(scope)), nextCursor: null };
}

function presenter(scope: Scope) {
  return (row: ProductRow) => presentProduct(row, scope.deps.config.PUBLIC_URL);
}
