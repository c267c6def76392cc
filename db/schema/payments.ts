import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

export const paymentsSchema = pgSchema("payments");

const at = () => timestamp({ withTimezone: true, mode: "string" });
const minor = () => bigint({ mode: "number" });

/** One try to pay an order. The unique index is what makes a second charge impossible, whatever the code does. */
export const payments = paymentsSchema.table(
  "payments",
  {
    userId: uuid().notNull(),
    /** Derived from (order, Idempotency-Key): the same request is the same payment, here and at the provider. */
    id: uuid().notNull(),
    orderId: uuid().notNull(),
    provider: text().notNull(),
    method: text().notNull(),
    bodyHash: text().notNull(),
    amount: minor().notNull(),
    currency: text().notNull(),
    status: text({ enum: ["processing", "captured", "failed", "refunded"] })
      .notNull()
      .default("processing"),
    failureCode: text(),
    /** The provider's name for the charge. */
    reference: text(),
    refunded: minor().notNull().default(0),
    /** What refunds in flight have laid claim to. */
    refunding: minor().notNull().default(0),
    /** Rises by 1 with each event of the payment. */
    version: integer().notNull().default(0),
    createdAt: at().notNull().defaultNow(),
    updatedAt: at().notNull().defaultNow(),
    /** When the provider was last asked about it. */
    askedAt: at().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.id] }),
    // A refunded one counts: its order was paid once, and is not paid again.
    uniqueIndex("payments_one_kept_an_order")
      .on(t.userId, t.orderId)
      .where(sql`status in ('processing', 'captured', 'refunded')`),
    index("payments_by_order").on(t.userId, t.orderId, t.createdAt, t.id),
    index("payments_processing").on(t.askedAt).where(sql`status = 'processing'`),
    // The named exception: the provider knows a payment's id but not its user.
    index("payments_by_id").on(t.id),
    check("payment_status", sql`status in ('processing', 'captured', 'failed', 'refunded')`),
    check("payment_amount", sql`amount > 0`),
    check("never_more_refunded_than_paid", sql`refunded >= 0 and refunding >= 0 and refunded + refunding <= amount`),
  ],
);

/** Money on its way back. Its id is the provider's idempotency key. */
export const refunds = paymentsSchema.table(
  "refunds",
  {
    userId: uuid().notNull(),
    id: uuid().notNull().default(sql`uuidv7()`),
    paymentId: uuid().notNull(),
    amount: minor().notNull(),
    currency: text().notNull(),
    /** `asked`: an administrator did; `provider`: it says that it gave the money back. */
    reason: text({ enum: ["order-ended", "second-charge", "asked", "provider"] }).notNull(),
    /** Whether the order's units come back to the shelf. */
    restock: boolean().notNull().default(false),
    /** Digest of the request, where there was one: the same key with another body is refused. */
    bodyHash: text(),
    status: text({ enum: ["processing", "succeeded", "failed"] })
      .notNull()
      .default("processing"),
    createdAt: at().notNull().defaultNow(),
    updatedAt: at().notNull().defaultNow(),
    askedAt: at().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.id] }),
    foreignKey({ columns: [t.userId, t.paymentId], foreignColumns: [payments.userId, payments.id] }),
    index("refunds_by_payment").on(t.userId, t.paymentId, t.createdAt, t.id),
    uniqueIndex("refunds_one_a_second_charge").on(t.userId, t.paymentId).where(sql`reason = 'second-charge'`),
    index("refunds_processing").on(t.askedAt).where(sql`status = 'processing'`),
    check("refund_status", sql`status in ('processing', 'succeeded', 'failed')`),
    check("refund_amount", sql`amount > 0`),
  ],
);

/** Double entry: two legs an entry that sum to zero. Append-only, by a trigger. */
export const ledger = paymentsSchema.table(
  "ledger",
  {
    userId: uuid().notNull(),
    entryId: uuid().notNull(),
    /** `provider`: what the provider holds for us; `sales`: what we have earned (negative, as credits are). */
    account: text({ enum: ["provider", "sales"] }).notNull(),
    amount: minor().notNull(),
    currency: text().notNull(),
    paymentId: uuid().notNull(),
    at: at().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.entryId, t.account] }),
    check("ledger_account", sql`account in ('provider', 'sales')`),
  ],
);
