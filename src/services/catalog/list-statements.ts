import { eq, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { cards, products } from "../../../db/schema/catalog.ts";
import { type Orm, prepared } from "../../platform/database.ts";
import { highestUuid, lowestUuid } from "../../shared/ids.ts";
import { type ProductRow, productColumns } from "./queries.ts";

interface Order {
  readonly column: PgColumn;
  readonly descending: boolean;
  /** Comes before every row. */
  readonly start: readonly [value: string, id: string];
  readonly keyOf: (row: ProductRow) => string;
}

const priceOf = ({ priceAmount }: ProductRow) => String(priceAmount);

/** How products are listed; ties go by id in the same direction, so that one index serves both directions. */
export const productOrders = {
  newest: {
    column: cards.createdAt,
    descending: true,
    start: ["infinity", highestUuid],
    keyOf: ({ createdAt }) => createdAt,
  },
  price: { column: cards.priceAmount, descending: false, start: ["-1", lowestUuid], keyOf: priceOf },
  "-price": {
    column: cards.priceAmount,
    descending: true,
    start: ["9223372036854775807", highestUuid],
    keyOf: priceOf,
  },
  name: { column: cards.name, descending: false, start: ["", lowestUuid], keyOf: ({ name }) => name },
} satisfies Record<string, Order>;

export type ProductOrder = keyof typeof productOrders;

/** One statement for each order, of all products or of a category: each walks one index from the position given. */
export const productsBehind = Object.fromEntries(
  Object.entries(productOrders).map(([name, order]) => [
    name,
    {
      ofAll: prepared((orm) => statement(orm, order, sql`true`)),
      ofCategory: prepared((orm) => statement(orm, order, eq(cards.category, sql.placeholder("category")))),
    },
  ]),
) as Record<ProductOrder, Record<"ofAll" | "ofCategory", ReturnType<typeof prepared<ReturnType<typeof statement>>>>>;

function statement(orm: Orm, { column, descending }: Order, within: SQL) {
  // LIMIT 1 keeps the planner from joining all products first: each card of the page looks its product up.
  const product = orm.select(productColumns).from(products).where(eq(products.id, cards.productId)).limit(1).as("p");
  const direction = sql.raw(descending ? "desc" : "asc");
  const beyond = sql.raw(descending ? "<" : ">");
  return orm
    .select(product._.selectedFields)
    .from(cards)
    .innerJoinLateral(product, sql`true`)
    .where(
      sql`${within}
        and (${column}, ${cards.productId}) ${beyond} (${sql.placeholder("value")}, ${sql.placeholder("id")})
        and ${cards.priceAmount} between ${sql.placeholder("minPrice")} and ${sql.placeholder("maxPrice")}
        and (${cards.available} or not ${sql.placeholder("onlyAvailable")}::boolean)`,
    )
    .orderBy(sql`${column} ${direction}, ${cards.productId} ${direction}`)
    .limit(sql.placeholder("limit"))
    .prepare("products_behind");
}
