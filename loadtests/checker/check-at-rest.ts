import { setTimeout as wait } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { invariants } from "../../tests/support/invariants.ts";
import type { Result } from "../results.ts";
import { noneBeyond, ordersMissing } from "./answers-kept.ts";
import { logInBuyers } from "./buyers.ts";
import { type Journal, type Placing, readJournal } from "./journal.ts";
import { asResult, type Check, kept } from "./kept.ts";
import { providerKept } from "./provider-kept.ts";
import { receiptsKept } from "./receipts-kept.ts";
import { answeredOrders, type KnownOrder, sendAgain } from "./send-again.ts";
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
  const sql = postgres(databaseOf(env), { max: 1, connect_timeout: 10, onnotice: () => undefined });
  try {
    await sql`set statement_timeout = '5min'`;
    await sql`set transaction_timeout = '10min'`;
    await sql`set enable_seqscan = on`;
    const { placings, reads, lostReads } = await readJournal(journal);
    const told = placings.length > 0 ? await answersKept(sql, env, journal, placings) : { orders: [], checks: [] };
    if (reads > 0) told.checks.push(kept("every buyer finds an own order at once", lostReads));
    const end = Date.now() + withinMs;
    let effects = await effectsKept(sql, env, told.orders);
    while (effects.some(({ violations }) => violations > 0) && Date.now() < end) {
      await wait(pauseMs);
      effects = await effectsKept(sql, env, told.orders);
    }
    return [
      { name: "orders in the clients' journal", value: told.orders.length, unit: "", goal: null, pass: true },
      ...[...told.checks, ...effects].map(asResult),
    ];
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** What buyers were told. First come the answered orders: to send its key again would heal an order that was lost. */
async function answersKept(sql: Sql, env: Settings, journal: Journal, placings: readonly Placing[]) {
  const url = env.PUBLIC_URL ?? "";
  const buyers = await logInBuyers(url, [...new Set(placings.map(({ email }) => email))]);
  const answered = answeredOrders(placings, buyers);
  const before = await ordersMissing(sql, answered);
  const { found, checks } = await sendAgain(url, placings, buyers);
  const after = await ordersMissing(sql, found);
  const orders = [...answered, ...found];
  const userIds = Array.from(buyers.values(), ({ id }) => id);
  return {
    orders,
    checks: [
      kept("every order answered 201 is there once, with its total", before.lost + after.lost),
      kept("every order answered 201 has its lines", before.changed + after.changed),
      ...checks,
      await noneBeyond(sql, journal, userIds, orders),
    ],
  };
}

/** Of a run without orders the outside journals have nothing to say, and a check of nothing must not count as kept. */
async function effectsKept(sql: Sql, env: Settings, orders: readonly KnownOrder[]): Promise<Check[]> {
  const outside = orders.length > 0;
  return [
    ...(outside && env.SANDBOX_URL ? await providerKept(sql, env.SANDBOX_URL, orders) : []),
    ...(outside && env.MAILBOX_URL ? await receiptsKept(sql, env.MAILBOX_URL, orders) : []),
    ...(await invariants(sql)),
  ];
}
