import type { Handle, Transaction } from "../../../platform/database.ts";
import type { TokenPurpose } from "../../../platform/mailed-token.ts";

/** Sets a new password where the old one is still stored; answers whether it was. */
export async function replacePassword(
  tx: Transaction,
  { userId, oldHash, newHash }: { readonly userId: string; readonly oldHash: string; readonly newHash: string },
): Promise<boolean> {
  const rows = await tx`
    update identity.users set password_hash = ${newHash}, updated_at = now()
     where id = ${userId} and password_hash = ${oldHash}
    returning id`;
  return rows.length > 0;
}

interface MailedToken {
  /** The request's. */
  readonly id: string;
  readonly userId: string;
  readonly purpose: TokenPurpose;
  readonly tokenHash: string;
  readonly lifeSeconds: number;
}

export async function insertMailedToken(tx: Transaction, token: MailedToken): Promise<void> {
  await tx`
    insert into identity.mailed_tokens (id, user_id, purpose, token_hash, expires_at)
    values (${token.id}, ${token.userId}, ${token.purpose}, ${token.tokenHash},
            now() + ${token.lifeSeconds}::int * interval '1 second')`;
}

/** Whom an event is about. */
interface Addressee {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly version: number;
}

/** Counts one event more of the account with that e-mail, where there is one. */
export async function raiseVersionByEmail(tx: Transaction, email: string): Promise<Addressee | undefined> {
  const [row] = await tx<Addressee[]>`
    update identity.users set version = version + 1 where email = ${email}
    returning id, email, name, version::int as version`;
  return row;
}

/** Counts one event more of the user, unless his e-mail is verified. */
export async function raiseVersionOfUnverified(tx: Transaction, id: string): Promise<Addressee | undefined> {
  const [row] = await tx<Addressee[]>`
    update identity.users set version = version + 1 where id = ${id} and not email_verified
    returning id, email, name, version::int as version`;
  return row;
}

/**
 * Spends a token to set a password; answers whose, undefined where the token is not good any more: then the transaction must
 * not commit. The account is locked before its tokens, as wherever both are changed.
 */
export async function spendReset(
  tx: Transaction,
  { tokenHash, passwordHash }: { readonly tokenHash: string; readonly passwordHash: string },
): Promise<string | undefined> {
  const [row] = await tx<{ userId: string }[]>`
    with changed as (
      update identity.users u set password_hash = ${passwordHash}, email_verified = true, updated_at = now()
        from identity.mailed_tokens t
       where t.token_hash = ${tokenHash} and t.purpose = 'reset' and t.expires_at > now() and u.id = t.user_id
      returning u.id)
    delete from identity.mailed_tokens t using changed where t.token_hash = ${tokenHash} and t.user_id = changed.id
    returning t.user_id as "userId"`;
  return row?.userId;
}

/** Spends a token to verify an e-mail; answers whether it was good. */
export async function spendVerification({ sql }: Handle, tokenHash: string): Promise<boolean> {
  const rows = await sql`
    with changed as (
      update identity.users u set email_verified = true, updated_at = now()
        from identity.mailed_tokens t
       where t.token_hash = ${tokenHash} and t.purpose = 'verification' and t.expires_at > now() and u.id = t.user_id
      returning u.id)
    delete from identity.mailed_tokens t using changed where t.token_hash = ${tokenHash} and t.user_id = changed.id
    returning t.id`;
  return rows.length > 0;
}

/** What was mailed to reset the password that was. */
export async function forgetResets(tx: Transaction, userId: string): Promise<void> {
  await tx`delete from identity.mailed_tokens where user_id = ${userId} and purpose = 'reset'`;
}

/** Tokens past their time, so many at once; answers how many it deleted. */
export async function deleteExpiredTokens({ sql }: Handle, rowsMax: number): Promise<number> {
  const { count } = await sql`
    delete from identity.mailed_tokens
     where id = any(array(
       select id from identity.mailed_tokens where expires_at < now() order by expires_at limit ${rowsMax}
          for update skip locked))`;
  return count;
}
