import { setTimeout as wait } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { invariants } from "../../tests/support/invariants.ts";
import type { Result } from "../results.ts";
import { answersKept } from "./answers-kept.ts";
import { type Journal, readJournal } from "./journal.ts";
import { asResult, type Check, kept } from "./kept.ts";
import { providerKept } from "./provider-kept.ts";
import { receiptsKept } from "./receipts-kept.ts";
import { type SentAgain, sendAgain } from "./send-again.ts";
import { databaseOf, type Settings } from "./settings.ts";

/** Events have had their effects by then, also those that a minute's job has to mend. */
const restWithinMs = 90_000;
const pauseMs = 1_000;

/**
 * Checks everything after a run: db/checks.sql, and what journals from outside of the shop say of it, the clients' (whose
 * keys it sends again to PUBLIC_URL), the payment provider's and the mailbox's. Asks until all holds or the shop should
 * have come to rest (`withinMs`). One row for each promise.
 */
export async function checkAtRest(env: Settings, journal: Journal, withinMs = restWithinMs): Promise<Result[]> {
  const notes = await readJournal(journal);
  const again = notes.placings.length > 0 ? await sendAgain(env.PUBLIC_URL ?? "", notes.placings) : undefined;
  const sql = postgres(databaseOf(env), { max: 1, connect_timeout: 10, onnotice: () => undefined });
  try {
    await sql`set statement_timeout = '5min'`;
    await sql`set transaction_timeout = '10min'`;
    await sql`set enable_seqscan = on`;
    const end = Date.now() + withinMs;
    let found = await checks(sql, env, journal, again);
    while (found.some(({ violations }) => violations > 0) && Date.now() < end) {
      await wait(pauseMs);
      found = await checks(sql, env, journal, again);
    }
    const reads = notes.reads > 0 ? [kept("every buyer finds an own order at once", notes.lostReads)] : [];
    return [
      { name: "orders in the clients' journal", value: again?.orders.length ?? 0, unit: "", goal: null, pass: true },
      ...[...(again?.checks ?? []), ...reads, ...found].map(asResult),
    ];
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Of a run without orders the outside journals have nothing to say, and a check of nothing must not count as kept. */
async function checks(sql: Sql, env: Settings, journal: Journal, again: SentAgain | undefined): Promise<Check[]> {
  const inside = await invariants(sql);
  if (again === undefined) return inside;
  return [
    ...(await answersKept(sql, journal, again)),
    ...(env.SANDBOX_URL ? await providerKept(sql, env.SANDBOX_URL, again.orders) : []),
    ...(env.MAILBOX_URL ? await receiptsKept(sql, env.MAILBOX_URL, again.orders) : []),
    ...inside,
  ];
}
