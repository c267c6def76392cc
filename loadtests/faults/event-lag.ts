import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";

/** How far events were behind at a moment (ms since the epoch): Infinity where the database did not say. */
export interface LagSample {
  readonly at: number;
  readonly lagMs: number;
}

const everyMs = 250;
const answersWithinMs = 2_000;

/** Looks at the age of the oldest captured payment that orders have not heard of, until `signal` ends it. */
export async function watchEventLag(databaseUrl: string, signal: AbortSignal): Promise<LagSample[]> {
  const samples: LagSample[] = [];
  while (!signal.aborted) {
    const at = Date.now();
    const lagMs = await lagNow(databaseUrl).catch(() => Number.POSITIVE_INFINITY);
    samples.push({ at, lagMs });
    await wait(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return samples;
}

/** Over a connection of its own: one that met the fault might not come back. */
async function lagNow(url: string): Promise<number> {
  const sql = postgres(url, { max: 1, connect_timeout: answersWithinMs / 1_000, onnotice: () => undefined });
  const asked = sql<{ lag: number }[]>`
    select coalesce(extract(epoch from clock_timestamp() - min(o.at)) * 1000, 0)::float8 as lag from checks.outbox o
     where o.type = 'payment.captured'
       and not exists (select from checks.inbox i where i.event_id = o.event_id and i.consumer = 'orders.pay')`;
  const late = wait(answersWithinMs).then(() => Promise.reject(new Error("no answer")));
  try {
    const [row] = await Promise.race([asked, late]);
    return row?.lag ?? 0;
  } finally {
    await sql.end({ timeout: 0 });
  }
}
