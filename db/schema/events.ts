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

/** An event's way, once in every database: outbox -> queue -> inbox, or dead. */
export const events = pgSchema("events");

const at = () => timestamp({ withTimezone: true, mode: "string" });
const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

/**
 * Append-only: rows are never deleted, old weeks are dropped, and the one update is that which takes an erased user's name
 * out of them. Partitioned by the week in the id.
 */
export const outbox = events.table(
  "outbox",
  {
    xid: xid8().notNull().default(sql`pg_current_xact_id()`),
    id: uuid().primaryKey().default(sql`uuidv7()`),
    type: text().notNull(),
    key: text().notNull(),
    version: bigint({ mode: "number" }).notNull(),
    data: jsonb().notNull(),
    traceparent: text(),
    occurredAt: at().notNull().defaultNow(),
  },
  (t) => [
    index("outbox_in_order").on(t.xid, t.id),
    index("outbox_of_users").on(t.key).where(sql`type like 'user.%'`),
    index("outbox_of_actors").on(sql`(data -> 'actor' ->> 'id')`).where(sql`type = 'audit.recorded'`),
  ],
);

/** What each consumer has done. Partitioned by the week in the event's own id, so that its key still deduplicates. */
export const inbox = events.table(
  "inbox",
  { consumer: text().notNull(), eventId: uuid().notNull(), at: at().notNull().defaultNow() },
  (t) => [primaryKey({ columns: [t.consumer, t.eventId] })],
);

/** What the queue gave up on, until somebody replays it. */
export const dead = events.table(
  "dead",
  {
    id: uuid().notNull().unique().default(sql`uuidv7()`),
    consumer: text().notNull(),
    eventId: uuid().notNull(),
    type: text().notNull(),
    body: jsonb().notNull(),
    attempts: integer().notNull(),
    lastError: text().notNull(),
    diedAt: at().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.consumer, t.eventId] }),
    index("dead_of_users").on(sql`(body ->> 'key')`).where(sql`type like 'user.%'`),
    index("dead_of_actors").on(sql`(body -> 'data' -> 'actor' ->> 'id')`).where(sql`type = 'audit.recorded'`),
  ],
);

/** Users of whom nothing may be written here any more, whatever event comes late. Fed by `user.erased`. */
export const erased = events.table("erased", {
  userId: uuid().primaryKey(),
  at: at().notNull().defaultNow(),
});

/** How far the relay has come, and which relay is at it. One row. */
export const cursor = events.table(
  "cursor",
  {
    one: integer().primaryKey().default(1),
    xid: xid8().notNull().default("0"),
    eventId: uuid().notNull().default("00000000-0000-0000-0000-000000000000"),
    holder: uuid(),
    leaseUntil: at().notNull().default(sql`'-infinity'`),
  },
  (t) => [check("cursor_is_one_row", sql`${t.one} = 1`)],
);

/** The tables that the upkeep gives a partition a week ahead, and how long it keeps one. A service adds its own. */
export const partitioned = events.table("partitioned", {
  /** With its schema. */
  parent: text().primaryKey(),
  keepDays: integer().notNull(),
});
