import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

export const ordersSchema = pgSchema("orders");

const at = () => timestamp({ withTimezone: true, mode: "string" });
const minor = () => bigint({ mode: "number" });

/**
 * Hash-partitioned by user (16 partitions, see the migration). Lines and history are columns: one row an order takes
 * about 0.7 of the database's CPU of rows of their own, and half of it where 16 are coalesced (benchmarks/order-shape.ts).
 */
export const orders = ordersSchema.table(
  "orders",
  {
    userId: uuid().notNull(),
    /** Derived from (user, Idempotency-Key): the same request is the same order. */
    id: uuid().notNull(),
    status: text({ enum: ["pending", "paid", "shipped", "delivered", "cancelled", "expired", "refunded"] }).notNull(),
    bodyHash: text().notNull(),
    /** As the contract presents them. */
    lines: jsonb().notNull(),
    subtotal: minor().notNull(),
    discount: minor().notNull().default(0),
    shipping: minor().notNull().default(0),
    tax: minor().notNull().default(0),
    total: minor().notNull(),
    currency: text().notNull(),
    coupon: text(),
    shippingAddress: jsonb(),
    metadata: jsonb().notNull().default({}),
    refunded: minor().notNull().default(0),
    paymentId: uuid(),
    /** Rises by 1 with each event of the order. */
    version: integer().notNull().default(1),
    history: jsonb().notNull(),
    createdAt: at().notNull().defaultNow(),
    updatedAt: at().notNull().defaultNow(),
    expiresAt: at().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.id] }),
    index("orders_by_time").on(t.userId, t.createdAt, t.id),
    index("orders_pending").on(t.expiresAt).where(sql`status = 'pending'`),
    // The named exceptions: an administrator knows an order's id but not its user, and lists the orders of all.
    index("orders_by_id").on(t.id),
    index("orders_by_status").on(t.status, t.createdAt, t.id),
    check("order_total", sql`total = subtotal - discount + shipping + tax and total >= 0`),
  ],
);

/** The shop's prices as orders know them, fed by `product.*`: never the client's word. */
export const prices = ordersSchema.table(
  "prices",
  {
    sku: text().notNull(),
    productId: uuid().notNull(),
    name: text().notNull(),
    amount: minor().notNull(),
    currency: text().notNull(),
    active: boolean().notNull(),
  },
  (t) => [primaryKey({ columns: [t.sku, t.productId] }), index("prices_by_product").on(t.productId)],
);

/** The version of each product whose prices were taken over: an older event changes nothing. */
export const pricedProducts = ordersSchema.table("priced_products", {
  productId: uuid().primaryKey(),
  version: integer().notNull(),
});

/** What a code takes off an order. How often it was used is inventory's to know: its uses are stock. */
export const coupons = ordersSchema.table(
  "coupons",
  {
    code: text().primaryKey(),
    /** Names its uses: a code that is made again begins anew. */
    id: uuid().notNull().default(sql`uuidv7()`),
    /** One of the two. */
    percentOff: integer(),
    amountOff: minor(),
    currency: text().notNull(),
    /** Null where there is none. */
    limit: integer(),
    perUser: integer(),
    startsAt: at(),
    endsAt: at(),
    createdAt: at().notNull().defaultNow(),
    updatedAt: at().notNull().defaultNow(),
  },
  (t) => [
    index("coupons_by_time").on(t.createdAt, t.code),
    check("coupon_discount", sql`num_nonnulls(percent_off, amount_off) = 1`),
  ],
);

/** Users of whom no order is taken: while their erasure is decided, and for ever once they are erased. */
export const closures = ordersSchema.table("closures", {
  userId: uuid().primaryKey(),
  until: at().notNull(),
});

/** One cart a user, written whole. */
export const carts = ordersSchema.table("carts", {
  userId: uuid().primaryKey(),
  /** `[{sku, quantity}]`, merged and sorted. */
  lines: jsonb().notNull(),
  version: integer().notNull().default(1),
  updatedAt: at().notNull().defaultNow(),
});
