import type postgres from "postgres";
import * as v from "valibot";
import { derivedId } from "../../src/platform/hash.ts";
import { hashPassword, isWeak } from "../../src/services/identity/passwords/passwords.ts";
import { emailSchema, passwordSchema } from "../../src/services/identity/schemas.ts";

interface Account {
  readonly role: "customer" | "operator" | "admin";
  readonly emails: readonly string[];
  readonly password: string;
}

interface SeedOptions {
  /** How many buyers there are in the end. */
  readonly buyers: number;
  readonly scryptLn?: number;
}

const region = "main";
const scryptLnDefault = 14;

/**
 * The accounts of the embedded cloud (api.md, section 6), the same on every run; those that exist stay as they are. All
 * buyers share one stored hash, so that ten thousand of them cost no more than one.
 */
export async function seedIdentity(sql: postgres.Sql, { buyers, scryptLn }: SeedOptions): Promise<void> {
  const buyerEmails = Array.from({ length: buyers }, (_, index) => `buyer${index + 1}@headroom.local`);
  const accounts: Account[] = [
    { role: "admin", emails: ["admin@headroom.local"], password: "headroom-admin" },
    { role: "operator", emails: ["operator@headroom.local"], password: "headroom-operator" },
    { role: "customer", emails: buyerEmails, password: "headroom-buyer" },
  ];
  for (const account of accounts) await seedAccount(sql, account, scryptLn ?? scryptLnDefault);
}

async function seedAccount(sql: postgres.Sql, { role, emails, password }: Account, scryptLn: number): Promise<void> {
  const rows = JSON.stringify(emails.map((email) => ({ id: derivedId("seed", "user", email), email })));
  const [known] = await sql<{ count: number }[]>`
    select count(*)::int as count from identity.users
     where email in (select email from json_to_recordset(${rows}::text::json) as e(email text))`;
  // A hash costs a fifth of a second: a second start skips it.
  if (known?.count === emails.length) return;
  const passwordHash = await hashPassword(password, scryptLn);
  await sql`
    insert into identity.users (id, email, name, role, region, password_hash, email_verified)
    select id, email, initcap(split_part(email, '@', 1)), ${role}, ${region}, ${passwordHash}, true
      from json_to_recordset(${rows}::text::json) as e(id uuid, email text)
    on conflict do nothing`;
}

const firstAdmin = v.object({ ADMIN_EMAIL: emailSchema, ADMIN_PASSWORD: passwordSchema });

/**
 * Makes the first admin of a deployment from ADMIN_EMAIL and ADMIN_PASSWORD while there is none, and answers what came of
 * it: made, there before, or lacking since neither is set. An account that exists is never promoted. Throws where the
 * variables are unfit or the e-mail is taken.
 */
export async function makeFirstAdmin(
  sql: postgres.Sql,
  env: Readonly<Record<string, string | undefined>>,
): Promise<"made" | "there" | "lacking"> {
  const [admin] = await sql`select 1 from identity.users where role = 'admin' limit 1`;
  if (admin) return "there";
  if (!env.ADMIN_EMAIL && !env.ADMIN_PASSWORD) return "lacking";
  const given = v.safeParse(firstAdmin, env);
  if (!given.success)
    throw new Error(given.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; "));
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = given.output;
  if (isWeak(password, email)) throw new Error("ADMIN_PASSWORD: easy to guess; choose a longer, unusual one");
  const passwordHash = await hashPassword(password, Number(env.SCRYPT_LN ?? scryptLnDefault));
  const made = await sql`
    insert into identity.users (email, name, role, region, password_hash, email_verified)
    values (${email}, 'Admin', 'admin', ${env.REGION ?? region}, ${passwordHash}, true)
    on conflict (email) do nothing returning id`;
  if (made.length === 0) throw new Error("ADMIN_EMAIL: an account with this e-mail exists; it is not promoted");
  return "made";
}
