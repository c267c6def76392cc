import type { Sql } from "postgres";

/** A promise about the data, and how many things break it. */
export interface Invariant {
  readonly name: string;
  readonly violations: number;
}

const file = new URL("../../db/checks.sql", import.meta.url);

/**
 * Counts what breaks the promises of db/checks.sql in one database, all in one snapshot. Holds once events have had
 * their effects; what has no time to lag is `duringLoad`.
 */
export function invariants(sql: Sql): Promise<Invariant[]> {
  return run(sql, ["always", "at rest"]);
}

/** The part that holds at every instant, under load too: nothing oversold, stock and ledger add up. */
export function duringLoad(sql: Sql): Promise<Invariant[]> {
  return run(sql, ["always"]);
}

/** Runs the file's two queries, or one, in its transaction and with its settings. */
async function run(sql: Sql, phases: readonly string[]): Promise<Invariant[]> {
  const statements = (await Bun.file(file).text()).split(/;\n/).map((text) => text.replace(/^\s*--.*\n/gm, "").trim());
  const settings = statements.filter((text) => text.startsWith("SET LOCAL"));
  const queries = statements.filter((text) => phases.some((phase) => text.includes(`'${phase}' AS phase`)));
  if (queries.length !== phases.length) throw new Error("db/checks.sql has one query for each phase, and lacks one.");
  return sql.begin("isolation level repeatable read read only", async (tx) => {
    for (const setting of settings) await tx.unsafe(setting);
    const found: Invariant[] = [];
    for (const query of queries)
      for (const { name, violations } of await tx.unsafe<{ name: string; violations: number }[]>(query))
        found.push({ name, violations });
    return found;
  }) as Promise<Invariant[]>;
}
