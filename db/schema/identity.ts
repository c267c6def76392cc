import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgSchema,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

export const identity = pgSchema("identity");

const at = () => timestamp({ withTimezone: true, mode: "string" });

/** The directory that log-in asks. Global, so not distributed by user. */
export const users = identity.table(
  "users",
  {
    id: uuid().primaryKey().default(sql`uuidv7()`),
    /** In lower case. */
    email: text().notNull().unique("users_email"),
    name: text().notNull(),
    role: text({ enum: ["customer", "operator", "admin"] })
      .notNull()
      .default("customer"),
    /** The home region: where the user's orders and payments live. */
    region: text().notNull(),
    passwordHash: text().notNull(),
    emailVerified: boolean().notNull().default(false),
    metadata: jsonb().$type<Record<string, string>>().notNull().default({}),
    disabled: boolean().notNull().default(false),
    version: integer().notNull().default(1),
    createdAt: at().notNull().defaultNow(),
    updatedAt: at().notNull().defaultNow(),
  },
  (t) => [
    check("users_role", sql`role in ('customer', 'operator', 'admin')`),
    check("users_email_lower", sql`email = lower(email)`),
    // Customers are left out: a registration writes nothing here.
    index("users_staff").on(t.role, t.id).where(sql`role <> 'customer'`),
  ],
);

/** A log-in and the family of refresh tokens that grew from it. The tokens are derived, never stored. */
export const sessions = identity.table(
  "sessions",
  {
    id: uuid().primaryKey().default(sql`uuidv7()`),
    userId: uuid().notNull(),
    /** That of the newest refresh token; older ones are spent. */
    generation: integer().notNull().default(0),
    rotatedAt: at(),
    /** When the password was entered. */
    authenticatedAt: at().notNull().defaultNow(),
    lastUsedAt: at().notNull().defaultNow(),
    expiresAt: at().notNull(),
    endedAt: at(),
    userAgent: text().notNull(),
    address: text().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [
    foreignKey({ name: "sessions_user", columns: [t.userId], foreignColumns: [users.id] }).onDelete("cascade"),
    index("sessions_by_user").on(t.userId, t.id),
    index("sessions_by_expiry").on(t.expiresAt),
  ],
);

/** A link that was asked for by mail. The token is derived from the id, and kept as its hash alone; it is deleted when used. */
export const mailedTokens = identity.table(
  "mailed_tokens",
  {
    /** The request's. */
    id: uuid().primaryKey(),
    userId: uuid().notNull(),
    purpose: text({ enum: ["reset", "verification"] }).notNull(),
    tokenHash: text().notNull().unique("mailed_tokens_hash"),
    expiresAt: at().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [
    check("mailed_tokens_purpose", sql`purpose in ('reset', 'verification')`),
    foreignKey({ name: "mailed_tokens_user", columns: [t.userId], foreignColumns: [users.id] }).onDelete("cascade"),
    index("mailed_tokens_by_user").on(t.userId),
    index("mailed_tokens_by_expiry").on(t.expiresAt),
  ],
);

/** What machines call us with. The key is stored as its digest; a row stays when it is revoked, and tells what the key was. */
export const apiKeys = identity.table(
  "api_keys",
  {
    id: uuid().primaryKey().default(sql`uuidv7()`),
    name: text().notNull(),
    /** By which its owner knows it. */
    prefix: text().notNull(),
    keyHash: text().notNull().unique("api_keys_hash"),
    scopes: text().array().notNull(),
    expiresAt: at().notNull().default("infinity"),
    revokedAt: at(),
    /** The admin who made it, whatever has become of him. */
    createdBy: uuid().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [index("api_keys_standing").on(t.expiresAt).where(sql`revoked_at is null`)],
);

/**
 * Who did what, as `audit.recorded` tells it. Append-only, under the event's own id, which also says when it was.
 * Partitioned by the week in it.
 */
export const auditLog = identity.table(
  "audit_log",
  {
    id: uuid().primaryKey(),
    at: at().notNull(),
    actorId: text().notNull(),
    actorKind: text().notNull(),
    action: text().notNull(),
    targetType: text().notNull(),
    targetId: text().notNull(),
    requestId: text().notNull(),
    address: text().notNull(),
    detail: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (t) => [
    index("audit_log_by_actor").on(t.actorId, t.id),
    index("audit_log_by_action").on(t.action, t.id),
    index("audit_log_by_target").on(t.targetId, t.id),
  ],
);
