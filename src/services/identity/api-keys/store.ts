import { pgArray, type Transaction } from "../../../platform/database.ts";

interface NewApiKey {
  readonly name: string;
  readonly prefix: string;
  readonly keyHash: string;
  readonly scopes: readonly string[];
  /** RFC 3339; null where it has no end. */
  readonly expiresAt: string | null;
  readonly createdBy: string;
}

interface InsertedApiKey {
  readonly id: string;
  readonly expiresAt: string;
  readonly createdAt: string;
}

/**
 * Undefined where as many keys stand as there may be. Whoever else makes one waits until this transaction ends, so that
 * no two count the same keys; whoever reads does not.
 */
export async function insertApiKey(
  tx: Transaction,
  key: NewApiKey,
  standingMax: number,
): Promise<InsertedApiKey | undefined> {
  await tx`lock table identity.api_keys in share row exclusive mode`;
  const [row] = await tx<InsertedApiKey[]>`
    insert into identity.api_keys (name, prefix, key_hash, scopes, expires_at, created_by)
    select ${key.name}, ${key.prefix}, ${key.keyHash}, ${pgArray(key.scopes)}::text[],
           coalesce(${key.expiresAt}::timestamptz, 'infinity'), ${key.createdBy}::uuid
     where (select count(*) from identity.api_keys where revoked_at is null and expires_at > now()) < ${standingMax}::int
    returning id, expires_at as "expiresAt", created_at as "createdAt"`;
  return row;
}

/** Whether the user is an admin, who stays one until this transaction ends. */
export async function holdAdmin(tx: Transaction, userId: string): Promise<boolean> {
  const { count } = await tx`
    select from identity.users where id = ${userId} and role = 'admin' and not disabled for share`;
  return count > 0;
}

/** Answers whether there was such a key that was not revoked yet. */
export async function revoke(tx: Transaction, id: string): Promise<boolean> {
  const { count } = await tx`
    update identity.api_keys set revoked_at = now() where id = ${id} and revoked_at is null`;
  return count > 0;
}
