import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

export const catalog = pgSchema("catalog");

export interface Variant {
  readonly sku: string;
  readonly name: string;
  readonly price: { readonly amount: number; readonly currency: string };
  /** A hint, by event from inventory. */
  readonly available: boolean;
}

export interface Image {
  readonly url: string;
  readonly alt: string;
}

const at = () => timestamp({ withTimezone: true, mode: "string" });
/** Sorted by code point, so that a name's place in a list is the same on every server. */
const sortedText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });
const searchVector = customType<{ data: string }>({ dataType: () => "tsvector" });

/** One row holds all that a detail answers: one read by its key. Withdrawn products stay, with their slug and SKUs. */
export const products = catalog.table(
  "products",
  {
    id: uuid().primaryKey(),
    slug: text().notNull(),
    name: text().notNull(),
    description: text().notNull(),
    category: text().notNull(),
    images: jsonb().$type<readonly Image[]>().notNull(),
    variants: jsonb().$type<readonly Variant[]>().notNull(),
    /** The lowest variant's. */
    priceAmount: bigint({ mode: "number" }).notNull(),
    currency: text().notNull(),
    metadata: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    status: text({ enum: ["active", "withdrawn"] }).notNull(),
    /** Rises with each change that an admin makes. */
    version: integer().notNull().default(1),
    /** Rises with every change of the row, hints included: caches go by it. */
    revision: integer().notNull().default(1),
    createdAt: at().notNull().defaultNow(),
    updatedAt: at().notNull().defaultNow(),
    /** What a search finds it by: the words of its name, then its SKUs, then its description. */
    words: searchVector().notNull().generatedAlwaysAs(sql`catalog.product_words_v1(name, variants, description)`),
  },
  (t) => [
    unique("products_slug").on(t.slug),
    index("products_by_words").using("gin", t.words),
    check("products_status", sql`${t.status} in ('active', 'withdrawn')`),
    check("products_price", sql`${t.priceAmount} >= 0`),
  ],
);

/** Who sells a SKU, and whether it is in stock. The hint of a SKU may come before its product. */
export const skus = catalog.table("skus", {
  sku: text().primaryKey(),
  productId: uuid(),
  available: boolean().notNull().default(false),
  /** The version of the last stock event heard. */
  stockVersion: bigint({ mode: "number" }).notNull().default(0),
});

export const categories = catalog.table(
  "categories",
  { slug: text().primaryKey(), name: sortedText().notNull() },
  (t) => [index("categories_by_name").on(t.name, t.slug)],
);

/** What lists sort and filter active products by. Hash-partitioned by category: a category page reads one partition. */
export const cards = catalog.table(
  "cards",
  {
    category: text().notNull(),
    productId: uuid().notNull(),
    name: sortedText().notNull(),
    priceAmount: bigint({ mode: "number" }).notNull(),
    /** Some variant is. */
    available: boolean().notNull(),
    createdAt: at().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.category, t.productId] }),
    index("cards_of_category_by_time").on(t.category, t.createdAt, t.productId),
    index("cards_of_category_by_price").on(t.category, t.priceAmount, t.productId),
    index("cards_of_category_by_name").on(t.category, t.name, t.productId),
    index("cards_by_time").on(t.createdAt, t.productId),
    index("cards_by_price").on(t.priceAmount, t.productId),
    index("cards_by_name").on(t.name, t.productId),
  ],
);
