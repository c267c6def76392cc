import { type SQL, sql } from "drizzle-orm";
import { products } from "../../../db/schema/catalog.ts";
import { type Orm, prepared } from "../../platform/database.ts";
import { highestUuid } from "../../shared/ids.ts";
import { productOrders } from "./list-statements.ts";
import { productColumns } from "./queries.ts";

interface SearchOrder {
  readonly key: SQL;
  readonly descending: boolean;
  /** Comes before every row. */
  readonly start: readonly [value: string, id: string];
}

/** A word in the name counts more than a SKU, and that more than the description. */
const rank = sql`ts_rank('{0.1, 0.2, 0.6, 1}', ${products.words}, asked.query)`;

/** How what a search finds is listed; ties go by id in the same direction. */
export const searchOrders = {
  relevance: { key: rank, descending: true, start: ["Infinity", highestUuid] },
  newest: { ...productOrders.newest, key: sql`${products.createdAt}` },
  price: { ...productOrders.price, key: sql`${products.priceAmount}` },
  "-price": { ...productOrders["-price"], key: sql`${products.priceAmount}` },
  name: { ...productOrders.name, key: sql`${products.name} collate "C"` },
} satisfies Record<string, SearchOrder>;

export type ProductSearchOrder = keyof typeof searchOrders;

/**
 * Active products that have, for each word asked, one that begins with it. All that match are read by the index of words
 * and sorted: no order is an index of this table.
 */
export const productsFound = Object.fromEntries(
  Object.entries(searchOrders).map(([name, order]) => [name, prepared((orm) => statement(orm, order))]),
) as Record<ProductSearchOrder, ReturnType<typeof prepared<ReturnType<typeof statement>>>>;

function statement(orm: Orm, { key, descending }: SearchOrder) {
  const direction = sql.raw(descending ? "desc" : "asc");
  const beyond = sql.raw(descending ? "<" : ">");
  // OFFSET 0 keeps the words from being taken apart anew for each row.
  const asked = sql`(select catalog.query_v1(${sql.placeholder("q")}) as query offset 0) as asked`;
  return orm
    .select({ ...productColumns, key: sql<string>`(${key})::text`.as("key") })
    .from(asked)
    .innerJoin(products, sql`${products.words} @@ asked.query`)
    .where(
      sql`${products.status} = 'active'
        and (${sql.placeholder("category")}::text is null or ${products.category} = ${sql.placeholder("category")})
        and (${key}, ${products.id}) ${beyond} (${sql.placeholder("value")}, ${sql.placeholder("id")})
        and ${products.priceAmount} between ${sql.placeholder("minPrice")} and ${sql.placeholder("maxPrice")}
        and (not ${sql.placeholder("onlyAvailable")}::boolean or ${products.variants} @> '[{"available": true}]')`,
    )
    .orderBy(sql`${key} ${direction}, ${products.id} ${direction}`)
    .limit(sql.placeholder("limit"))
    .prepare("products_found");
}
