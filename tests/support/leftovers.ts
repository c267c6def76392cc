import postgres, { type Sql } from "postgres";

/** The tables of the application in which one of the texts stands, in any column, whatever its type and case. */
export async function leftovers(sql: Sql, texts: readonly string[]): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c
     where c.relkind in ('r', 'p') and not c.relispartition
       and c.relnamespace = any(select oid from pg_namespace where nspname !~ '^(pg_|information_schema|migrations)')
     order by 1`;
  const found: string[] = [];
  for (const { name } of tables) {
    const wanted = texts.map((_, index) => `position(lower($${index + 1}) in lower(t::text)) > 0`).join(" or ");
    const rows = await sql.unsafe(`select from ${name} t where ${wanted} limit 1`, [...texts]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** The same in the database of one service alone, each with the service's name. */
export async function leftoversOf(
  env: Readonly<Record<string, string>>,
  service: string,
  text: string,
): Promise<string[]> {
  const sql = postgres(env[`${service.toUpperCase()}_DATABASE_URL`] ?? "", { max: 1, onnotice: () => undefined });
  const tables = await leftovers(sql, [text]);
  await sql.end();
  return tables.map((table) => `${service}: ${table}`);
}
