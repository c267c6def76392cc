import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";
import { duringLoad } from "../../tests/support/invariants.ts";
import type { Result } from "../results.ts";
import { databaseOf, type Settings } from "./settings.ts";

const everyMs = 1_500;
/** Of the database's time, a snapshot may take one part in so many: looking must not become the load. */
const shareOfTime = 3;
const snapshotTimeoutMs = 120_000;

/**
 * Checks what holds at every instant again and again, each time in one snapshot, until `signal` ends the run. It looks at
 * a standby where there is one, and elsewhere while that fails. One row for each promise, with the most violations seen.
 */
export async function checkDuring(env: Settings, signal: AbortSignal): Promise<Result[]> {
  const urls = [...(env.DATABASE_REPLICA_URLS ?? "").split(",").filter(Boolean), databaseOf(env)];
  const worst = new Map<string, number>();
  let snapshots = 0;
  for (let turn = 0; ; ) {
    const start = performance.now();
    try {
      for (const { name, violations } of await snapshot(urls[turn % urls.length] ?? ""))
        worst.set(name, Math.max(worst.get(name) ?? 0, violations));
      snapshots += 1;
    } catch {
      turn += 1; // a database that is away is a fault of the run, not a broken promise
    }
    if (signal.aborted) break;
    const pauseMs = Math.max(everyMs, (performance.now() - start) * (shareOfTime - 1));
    await wait(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted && snapshots > 0) break;
  }
  return [
    { name: "snapshots during the run", value: snapshots, unit: "", goal: ">0", pass: snapshots > 0 },
    ...[...worst].map(([name, value]) => {
      return { name: `during: ${name}`, value, unit: "violations", goal: "==0", pass: value === 0 };
    }),
  ];
}

async function snapshot(url: string) {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined });
  const late = AbortSignal.timeout(snapshotTimeoutMs);
  try {
    return await Promise.race([
      duringLoad(sql),
      new Promise<never>((_, reject) => late.addEventListener("abort", () => reject(late.reason))),
    ]);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
