import { sql } from "drizzle-orm";
import { bigint, boolean, jsonb, pgSchema, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

export const notificationsSchema = pgSchema("notifications");

const at = () => timestamp({ withTimezone: true, mode: "string" });

/** What a user finds in the shop. Newest first is by id, which the database makes in order of time. */
export const notifications = notificationsSchema.table(
  "notifications",
  {
    userId: uuid().notNull(),
    id: uuid().notNull().default(sql`uuidv7()`),
    kind: text().notNull(),
    subject: text().notNull(),
    createdAt: at().notNull().defaultNow(),
    readAt: at(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.id] })],
);

/** Whom to write to, fed by `user.*`: an older version of a user than is known changes nothing. */
export const contacts = notificationsSchema.table("contacts", {
  userId: uuid().primaryKey(),
  email: text().notNull(),
  name: text().notNull(),
  version: bigint({ mode: "number" }).notNull(),
});

/** Where events are to be sent. At most 50, newest first by id. */
export const webhookEndpoints = notificationsSchema.table("webhook_endpoints", {
  id: uuid().primaryKey().default(sql`uuidv7()`),
  url: text().notNull(),
  /** Types of events, or `["*"]`. */
  events: jsonb().$type<string[]>().notNull(),
  enabled: boolean().notNull().default(true),
  /** The secret is derived from it: no secret is stored. */
  secretId: uuid().notNull(),
  /** Secrets that were replaced and sign along for a while: `[{id, until}]`. */
  retiredSecrets: jsonb().notNull().default([]),
  createdAt: at().notNull().defaultNow(),
  updatedAt: at().notNull().defaultNow(),
});

interface WebhookAttempt {
  readonly at: string;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly ms: number;
  readonly error?: string;
}

/**
 * An event on its way to an endpoint. Partitioned by the week in its id; those of a deleted endpoint go with their week.
 */
export const webhookDeliveries = notificationsSchema.table(
  "webhook_deliveries",
  {
    endpointId: uuid().notNull(),
    id: uuid().notNull().default(sql`uuidv7()`),
    eventId: uuid().notNull(),
    type: text().notNull(),
    /** What each attempt sends: the outbox forgets events sooner than they may be sent again. */
    payload: jsonb().notNull(),
    /** The first one first. */
    attempts: jsonb().$type<WebhookAttempt[]>().notNull().default([]),
    /** When the next attempt is due; null after success, and once it was given up. */
    nextAt: at(),
  },
  (t) => [primaryKey({ columns: [t.endpointId, t.id] })],
);
