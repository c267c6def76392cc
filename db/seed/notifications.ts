import type postgres from "postgres";
import { derivedId } from "../../src/platform/hash.ts";

/** Whom to write to of the seeded accounts, whose registration no event told of. What is known stays. */
export async function seedContacts(sql: postgres.Sql, { buyers }: { readonly buyers: number }): Promise<void> {
  const names = ["admin", "operator", ...Array.from({ length: buyers }, (_, index) => `buyer${index + 1}`)];
  const rows = names.map((name) => {
    const email = `${name}@headroom.local`;
    return { id: derivedId("seed", "user", email), email };
  });
  await sql`
    insert into notifications.contacts (user_id, email, name, version)
    select id, email, initcap(split_part(email, '@', 1)), 0
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as e(id uuid, email text)
    on conflict do nothing`;
}
