import { randomUUID } from "node:crypto";
import { pgArray } from "../../../src/platform/database.ts";
import { type ProductOrder, productOrders, productsBehind } from "../../../src/services/catalog/list-statements.ts";
import * as queries from "../../../src/services/catalog/queries.ts";
import {
  type ProductSearchOrder,
  productsFound,
  searchOrders,
} from "../../../src/services/catalog/search-statements.ts";
import * as store from "../../../src/services/catalog/store.ts";
import * as hints from "../../../src/services/catalog/store-hints.ts";
import { ownedSkus, productFields, skusOf } from "../given.ts";
import type { Call, CallsOf } from "./call.ts";

export const catalogCalls: CallsOf<typeof queries & typeof store & typeof hints> = {
  productById: async ({ db, given }) => queries.productById(db).execute({ id: (await given.product()).id }),
  productBySlug: async ({ db, given }) => queries.productBySlug(db).execute({ slug: (await given.product()).slug }),
  productsByIds: async ({ db, given }) => {
    const ids = [(await given.product()).id, (await given.product()).id];
    return queries.productsByIds(db).execute({ ids: pgArray(ids) });
  },
  productsOfSkus: async ({ db, given }) => {
    const skus = skusOf(await given.product());
    return queries.productsOfSkus(db).execute({ skus: pgArray(skus) });
  },
  categoriesBehind: ({ db }) => queries.categoriesBehind(db).execute({ name: "", slug: "", limit: 21 }),
  idsOfSlugs: async ({ db, given }) =>
    queries.idsOfSlugs(db).execute({ slugs: pgArray([(await given.product()).slug]) }),
  sellersOfSkus: async ({ db, given }) =>
    queries.sellersOfSkus(db).execute({ skus: pgArray(skusOf(await given.product())) }),
  takeSkus: ({ db }) => db.sql.begin((tx) => store.takeSkus(tx, ownedSkus(productFields()))),
  lockProducts: async ({ db, given }) => {
    const ids = [(await given.product()).id, (await given.product()).id];
    return db.sql.begin((tx) => store.lockProducts(tx, ids));
  },
  addCategories: ({ db }) =>
    db.sql.begin((tx) => store.addCategories(tx, [{ slug: `new-${randomUUID()}`, name: "New" }])),
  insertProducts: ({ db }) => db.sql.begin((tx) => store.insertProducts(tx, [productFields(), productFields()])),
  updateProducts: async ({ db, given }) => {
    const rows = [await given.product(), await given.product()];
    return db.sql.begin((tx) =>
      store.updateProducts(
        tx,
        rows.map((row) => ({ ...row, name: "Newer" })),
      ),
    );
  },
  putCards: async ({ db, given }) => {
    const row = await given.product();
    return db.sql.begin((tx) => store.putCards(tx, [{ ...row, category: "given-2" }], new Map([[row.id, row]])));
  },
  withdraw: async ({ db, given }) => {
    const { id } = await given.product();
    return db.sql.begin((tx) => store.withdraw(tx, id));
  },
  hearStock: async ({ db, given }) => {
    const events = skusOf(await given.product()).map(stockEvent);
    return db.sql.begin((tx) => hints.hearStock(tx, events));
  },
  refreshHints: async ({ db, given }) => {
    const row = await given.product();
    await db.sql`update catalog.skus set available = true where product_id = ${row.id} and sku = any(${pgArray(skusOf(row))}::text[])`;
    return db.sql.begin((tx) => hints.refreshHints(tx, [row.id]));
  },
};

function stockEvent(sku: string) {
  const stamps = { id: randomUUID(), schema: 1, occurredAt: new Date().toISOString(), traceparent: null } as const;
  return { ...stamps, type: "stock.changed", key: sku, version: 1, data: { sku, available: true } } as const;
}

const bounds = { minPrice: 0, maxPrice: 1_000_000, onlyAvailable: false, limit: 21 };

/** The lists: each order, of all products and of a category. */
export const listCalls = Object.fromEntries(
  Object.entries(productsBehind).flatMap(([order, { ofAll, ofCategory }]) => {
    const [value, id] = productOrders[order as ProductOrder].start;
    const calls: [string, Call][] = [
      [`all by ${order}`, ({ db }) => ofAll(db).execute({ ...bounds, value, id })],
      [`of a category by ${order}`, ({ db }) => ofCategory(db).execute({ ...bounds, value, id, category: "given" })],
    ];
    return calls;
  }),
);

/** The searches: each order, of all products and of a category. */
export const searchCalls = Object.fromEntries(
  Object.entries(productsFound).flatMap(([order, search]) => {
    const [value, id] = searchOrders[order as ProductSearchOrder].start;
    const find = (category: string | null): Call => {
      return ({ db }) => search(db).execute({ ...bounds, value, id, category, q: "7999 prod" });
    };
    return [
      [`all by ${order}`, find(null)],
      [`of a category by ${order}`, find("category-100")],
    ];
  }),
);
