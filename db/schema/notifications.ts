import { sql } from "drizzle-orm";
import { bigint, pgSchema, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

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
