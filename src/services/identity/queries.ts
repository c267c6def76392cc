import { and, desc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { mailedTokens, sessions, users } from "../../../db/schema/identity.ts";
import { type Handle, pgArray, prepared } from "../../platform/database.ts";

export const userColumns = {
  id: users.id,
  email: users.email,
  name: users.name,
  role: users.role,
  region: users.region,
  emailVerified: users.emailVerified,
  metadata: users.metadata,
  createdAt: users.createdAt,
};

export const userById = prepared((orm) =>
  orm
    .select(userColumns)
    .from(users)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare("user_by_id"),
);

/** What log-in asks of the directory. */
export const userByEmail = prepared((orm) =>
  orm
    .select({
      id: users.id,
      role: users.role,
      region: users.region,
      passwordHash: users.passwordHash,
      disabled: users.disabled,
    })
    .from(users)
    .where(eq(users.email, sql.placeholder("email")))
    .prepare("user_by_email"),
);

export const passwordById = prepared((orm) =>
  orm
    .select({ email: users.email, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare("password_by_id"),
);

/** The e-mail of the account whose password an unspent token may reset. */
export const emailOfReset = prepared((orm) =>
  orm
    .select({ email: users.email })
    .from(mailedTokens)
    .innerJoin(users, eq(users.id, mailedTokens.userId))
    .where(
      and(
        eq(mailedTokens.tokenHash, sql.placeholder("tokenHash")),
        eq(mailedTokens.purpose, "reset"),
        gt(mailedTokens.expiresAt, sql`now()`),
      ),
    )
    .prepare("email_of_reset"),
);

/** The user's sessions that stand, newest first, behind `before`. */
export const sessionPage = prepared((orm) =>
  orm
    .select({
      id: sessions.id,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      userAgent: sessions.userAgent,
      address: sessions.address,
    })
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, sql.placeholder("userId")),
        lt(sessions.id, sql.placeholder("before")),
        isNull(sessions.endedAt),
        gt(sessions.expiresAt, sql`now()`),
      ),
    )
    .orderBy(desc(sessions.id))
    .limit(sql.placeholder("limit"))
    .prepare("session_page"),
);

/** All of the user's sessions that are kept, newest first, behind `before`. */
export const allSessionsPage = prepared((orm) =>
  orm
    .select({
      id: sessions.id,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      endedAt: sessions.endedAt,
      userAgent: sessions.userAgent,
      address: sessions.address,
    })
    .from(sessions)
    .where(and(eq(sessions.userId, sql.placeholder("userId")), lt(sessions.id, sql.placeholder("before"))))
    .orderBy(desc(sessions.id))
    .limit(sql.placeholder("limit"))
    .prepare("all_sessions_page"),
);

/** Those of the sessions that stand. */
export async function activeSessions(db: Handle, ids: readonly string[]) {
  return db.sql<{ id: string; userId: string }[]>`
    select id, user_id as "userId" from identity.sessions
     where id = any(${pgArray(ids)}::uuid[]) and ended_at is null and expires_at > now()`;
}

export interface FamilyRow {
  readonly userId: string;
  readonly role: "customer" | "operator" | "admin";
  readonly region: string;
  readonly authTime: number;
  readonly generation: number;
  readonly ended: boolean;
  readonly expired: boolean;
  /** Whether the newest refresh token is so young that its predecessor may still be shown. */
  readonly justRotated: boolean;
}

/** How a session and its refresh tokens stand, by the database's clock. */
export async function familyOf(db: Handle, sessionId: string): Promise<FamilyRow | undefined> {
  const [row] = await db.sql<FamilyRow[]>`
    select s.user_id as "userId", u.role, u.region, extract(epoch from s.authenticated_at)::int as "authTime",
           s.generation, s.ended_at is not null as ended, s.expires_at <= now() as expired,
           coalesce(s.rotated_at > now() - interval '10 seconds', false) as "justRotated"
      from identity.sessions s join identity.users u on u.id = s.user_id
     where s.id = ${sessionId}`;
  return row;
}
