import postgres from "postgres";
import { invariants } from "../../tests/support/invariants.ts";
import { databaseOf, type Settings } from "../checker/settings.ts";
import type { Result } from "../results.ts";

const restWithinMs = 30_000;

/** Asks until every invariant holds, or the shop should have come to rest. */
export async function checkAtRest(env: Settings): Promise<Result[]> {
  const sql = postgres(databaseOf(env), { max: 1, connect_timeout: 10, onnotice: () => undefined });
  try {
    for (const start = Date.now(); ; await Bun.sleep(500)) {
      const found = await invariants(sql);
      if (Date.now() - start < restWithinMs && found.some(({ violations }) => violations > 0)) continue;
      return found.map(({ name, violations }) => {
        return { name: `at rest: ${name}`, value: violations, unit: "violations", goal: "==0", pass: violations === 0 };
      });
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** One row for each name, the worst. */
export function worstOf(results: readonly Result[]): Result[] {
  const byName = new Map<string, Result>();
  for (const result of results) {
    const known = byName.get(result.name);
    if (known === undefined || (known.pass && !result.pass) || result.value > known.value)
      byName.set(result.name, result);
  }
  return [...byName.values()];
}
