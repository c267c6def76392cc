import type { Handle, Sql, Transaction } from "../../platform/database.ts";
import type { FamilyRow } from "./queries.ts";
import type { User } from "./schemas.ts";

interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly region: string;
  readonly passwordHash: string;
}

/** Throws 23505 where the e-mail is taken. */
export async function insertUser(tx: Transaction, user: NewUser): Promise<{ id: string; createdAt: string }> {
  const [row] = await tx<{ id: string; createdAt: string }[]>`
    insert into identity.users (email, name, region, password_hash)
    values (${user.email}, ${user.name}, ${user.region}, ${user.passwordHash})
    returning id, created_at as "createdAt"`;
  if (!row) throw new Error("the insert returned no row");
  return row;
}

/** Null leaves a field as it is. `metadata` is JSON text. Undefined where the user is gone. */
export async function updateUser(
  tx: Transaction,
  { id, name, metadata }: { readonly id: string; readonly name: string | null; readonly metadata: string | null },
): Promise<(User & { readonly version: number }) | undefined> {
  const [row] = await tx<(User & { version: number })[]>`
    update identity.users
       set name = coalesce(${name}, name), metadata = coalesce(${metadata}::text::jsonb, metadata),
           version = version + 1, updated_at = now()
     where id = ${id}
    returning id, email, name, role, region, email_verified as "emailVerified", metadata, created_at as "createdAt",
              version::int as version`;
  return row;
}

interface DeletedUser {
  /** The account's last one. */
  readonly version: number;
  /** Of the sessions that stood. */
  readonly sessionIds: readonly string[];
}

/** Deletes an account with all that identity keeps of it; undefined where it is gone. */
export async function deleteUser(tx: Transaction, userId: string): Promise<DeletedUser | undefined> {
  // Whoever logs in holds the account's row: he has ended, and his session is seen below, or he finds no account.
  const [user] = await tx<{ version: number }[]>`
    select version from identity.users where id = ${userId} for update`;
  if (user === undefined) return undefined;
  const ended = await tx<{ id: string; stood: boolean }[]>`
    delete from identity.sessions where user_id = ${userId}
    returning id, ended_at is null and expires_at > now() as stood`;
  await tx`delete from identity.users where id = ${userId}`;
  return { version: user.version, sessionIds: ended.filter(({ stood }) => stood).map(({ id }) => id) };
}

export interface NewSession {
  readonly userId: string;
  /** As they were when the password was checked. */
  readonly passwordHash: string;
  readonly role: User["role"];
  readonly userAgent: string;
  readonly address: string;
}

/**
 * A session of 30 days; undefined where the account is disabled or has another password or role since: whoever changes that
 * waits for this statement or is waited for, and then ends the session. `authTime` in seconds since 1970.
 */
export async function insertSession(
  sql: Sql | Transaction,
  session: NewSession,
): Promise<{ readonly id: string; readonly authTime: number } | undefined> {
  const [row] = await sql<{ id: string; authTime: number }[]>`
    insert into identity.sessions (user_id, expires_at, user_agent, address)
    select id, now() + interval '30 days', ${session.userAgent}, ${session.address} from identity.users
     where id = ${session.userId} and password_hash = ${session.passwordHash} and role = ${session.role} and not disabled
       for share
    returning id, extract(epoch from authenticated_at)::int as "authTime"`;
  return row;
}

type Rotated = Pick<FamilyRow, "userId" | "role" | "region" | "authTime">;

/** Spends the refresh token of that generation; undefined where it is not the newest of a session that stands. */
export async function rotate(db: Handle, sessionId: string, generation: number): Promise<Rotated | undefined> {
  const [row] = await db.sql<Rotated[]>`
    update identity.sessions s set generation = s.generation + 1, rotated_at = now(), last_used_at = now()
      from identity.users u
     where s.id = ${sessionId} and s.generation = ${generation} and s.ended_at is null and s.expires_at > now()
       and u.id = s.user_id
    returning s.user_id as "userId", u.role, u.region, extract(epoch from s.authenticated_at)::int as "authTime"`;
  return row;
}

/** Ends all sessions of the user but one; answers their ids. */
export async function endSessions(tx: Transaction, userId: string, exceptId: string | null): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    update identity.sessions set ended_at = now()
     where user_id = ${userId} and id is distinct from ${exceptId}::uuid and ended_at is null
    returning id`;
  return rows.map(({ id }) => id);
}

/** Answers whether the user had such a session that stood. */
export async function endSession(db: Handle, userId: string, sessionId: string): Promise<boolean> {
  const rows = await db.sql`
    update identity.sessions set ended_at = now()
     where id = ${sessionId} and user_id = ${userId} and ended_at is null
    returning id`;
  return rows.length > 0;
}

/** Sessions past their time, so many at once; answers how many it deleted. */
export async function deleteExpiredSessions({ sql }: Handle, rowsMax: number): Promise<number> {
  const { count } = await sql`
    delete from identity.sessions
     where id = any(array(
       select id from identity.sessions where expires_at < now() order by expires_at limit ${rowsMax}
          for update skip locked))`;
  return count;
}
