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
import { productsFound, searchOrders } from "./search-statements.ts";

/**
 * A page of active products, of those that a search finds, or those of `ids` in the order asked.
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
    const rows = query.q === undefined ? await listed(reader, query, position) : await found(reader, query, position);
    const { body, link } = pageIn(
      scope.deps.config,
      list,
      rows,
      query.limit,
      ({ key, product }) => [key, product.id],
      ({ product }) => presentProduct(product, scope.deps.config.PUBLIC_URL),
    );
    return listValue(body, link);
  });
}

/** The list as it was understood: parameters that nobody knows are part of no cursor and no cache key. */
function listUrl({ category, q, minPrice, maxPrice, available, sort, limit, cursor }: ProductsQuery): URL {
  const url = new URL("http://list/v1/products");
  const given = { category, q, minPrice, maxPrice, available, sort, limit, cursor };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

/** A product and its place in the list's order. */
interface Placed {
  readonly key: string;
  readonly product: ProductRow;
}

async function listed(scope: Scope, query: ProductsQuery, position: Position): Promise<readonly Placed[]> {
  const { category } = query;
  const sort = query.sort === "relevance" ? "newest" : query.sort;
  const order = productOrders[sort];
  const { ofAll, ofCategory } = productsBehind[sort];
  const bounds = boundsOf(query, position ?? order.start);
  const rows = await read(scope, "catalog", (db) =>
    category === undefined ? ofAll(db).execute(bounds) : ofCategory(db).execute({ ...bounds, category }),
  );
  return rows.map((product) => ({ key: order.keyOf(product), product }));
}

async function found(scope: Scope, query: ProductsQuery, position: Position): Promise<readonly Placed[]> {
  const { q, sort, category = null } = query;
  const bounds = { ...boundsOf(query, position ?? searchOrders[sort].start), q, category };
  const rows = await read(scope, "catalog", (db) => productsFound[sort](db).execute(bounds));
  return rows.map(({ key, ...product }) => ({ key, product }));
}

type Position = readonly string[] | undefined;

function boundsOf(query: ProductsQuery, [value, id]: readonly string[]) {
  return {
    value,
    id,
    minPrice: query.minPrice ?? 0,
    maxPrice: query.maxPrice ?? amountMax,
    onlyAvailable: query.available === "true",
    limit: query.limit + 1,
  };
}

async function thoseOf(scope: Scope, ids: readonly string[]): Promise<ProductPage> {
  const rows = await read(scope, "catalog", (db) => productsByIds(db).execute({ ids: pgArray(ids) }));
  const active = new Map(rows.filter(({ status }) => status === "active").map((row) => [row.id, row]));
  const asked = ids.map((id) => active.get(id)).filter((row) => row !== undefined);
  return { data: asked.map((row) => presentProduct(row, scope.deps.config.PUBLIC_URL)), nextCursor: null };
}
