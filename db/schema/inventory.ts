import { sql } from "drizzle-orm";
import { bigint, check, index, integer, pgSchema, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

export const inventory = pgSchema("inventory");

const at = () => timestamp({ withTimezone: true, mode: "string" });

/** One row a SKU. The CHECK is what makes overselling impossible, whatever the code does. */
export const stock = inventory.table(
  "stock",
  {
    sku: text().primaryKey(),
    onHand: integer().notNull(),
    reserved: integer().notNull().default(0),
    /**
     * Of what is no goods (a coupon's uses): how many there were to take in all. What is taken of them is this less what is
     * free. Null for goods, which alone are listed and told of.
     */
    allotted: integer(),
    /** Rises with each event of the SKU. */
    version: bigint({ mode: "number" }).notNull().default(1),
    updatedAt: at().notNull().defaultNow(),
  },
  (t) => [
    index("stock_goods").on(t.sku).where(sql`allotted is null`),
    check("stock_never_oversold", sql`reserved >= 0 and reserved <= on_hand`),
  ],
);

/** Stock held for one order; kept for good once the order exists. */
export const reservations = inventory.table(
  "reservations",
  {
    orderId: uuid().primaryKey(),
    userId: uuid().notNull(),
    bodyHash: text().notNull(),
    skus: text().array().notNull(),
    quantities: integer().array().notNull(),
    /** `returned`: sold, and come back by a refund. */
    state: text({ enum: ["held", "committed", "released", "returned"] })
      .notNull()
      .default("held"),
    reservedAt: at().notNull().defaultNow(),
    expiresAt: at().notNull(),
  },
  (t) => [
    // Plain, not partial on the state: so that ending a reservation stays a heap-only update.
    index("reservations_by_time").on(t.reservedAt, t.orderId),
    check("reservation_state", sql`state in ('held', 'committed', 'released', 'returned')`),
  ],
);

/** Why stock changed: the sum of a SKU's movements is its stock, always. Append-only. */
export const movements = inventory.table(
  "movements",
  {
    sku: text().notNull(),
    id: uuid().notNull().default(sql`uuidv7()`),
    delta: integer().notNull(),
    reason: text().notNull(),
    orderId: uuid(),
    at: at().notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.sku, t.id] })],
);

/** Which movement an adjustment's Idempotency-Key made; it lives as long. */
export const adjustments = inventory.table(
  "adjustments",
  { sku: text().notNull(), key: text().notNull(), movementId: uuid().notNull() },
  (t) => [primaryKey({ columns: [t.sku, t.key] })],
);

/** How far each pass of the sweep over reservations has come. */
export const sweeps = inventory.table("sweeps", {
  pass: text().primaryKey(),
  reservedAt: at().notNull(),
  orderId: uuid().notNull(),
});
