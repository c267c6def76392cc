import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

export const analyticsSchema = pgSchema("analytics");

const at = () => timestamp({ withTimezone: true, mode: "string" });
const count = () => bigint({ mode: "number" }).notNull().default(0);
const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

/**
 * What each event adds to the figures. Append-only, under the event's own id, which also says when it was. Partitioned by
 * the week in it. All roll-ups are made of this and can be made anew.
 */
export const events = analyticsSchema.table(
  "events",
  {
    userId: uuid().notNull(),
    id: uuid().notNull(),
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
    type: text().notNull(),
    /** The order's id or the user's. */
    key: uuid().notNull(),
    region: text().notNull(),
    placed: count(),
    orders: count(),
    /** In minor units of the shop's currency; less than 0 for a refund. */
    revenue: count(),
    newUsers: count(),
    /** What was sold: `[{sku, quantity, amount}]`. */
    lines: jsonb().notNull().default([]),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.id] }),
    index("events_in_order").on(t.xid, t.id),
    index("events_by_time").on(t.id),
    check("events_id_says_when", sql`uuid_extract_timestamp(${t.id}) is not null`),
  ],
);

/** How far the roll-ups have come among the events, in the order of their transactions. One row. */
export const cursor = analyticsSchema.table(
  "cursor",
  {
    one: integer().primaryKey().default(1),
    xid: xid8().notNull().default("0"),
    eventId: uuid().notNull().default("00000000-0000-0000-0000-000000000000"),
    rolledAt: at().notNull().default(sql`'-infinity'`),
  },
  (t) => [check("cursor_is_one_row", sql`${t.one} = 1`)],
);

/** A roll-up: the figures of each hour and, again, of each day (UTC), by the buyers' region. */
export const byRegion = analyticsSchema.table(
  "by_region",
  {
    grain: text().notNull(),
    start: at().notNull(),
    region: text().notNull(),
    placed: count(),
    orders: count(),
    revenue: count(),
    newUsers: count(),
  },
  (t) => [
    primaryKey({ columns: [t.grain, t.start, t.region] }),
    check("by_region_grain", sql`${t.grain} in ('hour', 'day')`),
  ],
);

/** A roll-up: what was sold in each hour and, again, on each day (UTC). */
export const bySku = analyticsSchema.table(
  "by_sku",
  {
    grain: text().notNull(),
    start: at().notNull(),
    sku: text().notNull(),
    quantity: count(),
    revenue: count(),
  },
  (t) => [
    primaryKey({ columns: [t.grain, t.start, t.sku] }),
    check("by_sku_grain", sql`${t.grain} in ('hour', 'day')`),
  ],
);

/** What a SKU is called, by the newest event that spoke of it. */
export const skus = analyticsSchema.table("skus", {
  sku: text().primaryKey(),
  name: text().notNull(),
  category: text().notNull(),
  eventId: uuid().notNull(),
});

/** Where a user belongs, by the highest version that is known. */
export const users = analyticsSchema.table("users", {
  userId: uuid().primaryKey(),
  region: text().notNull(),
  version: bigint({ mode: "number" }).notNull(),
});
