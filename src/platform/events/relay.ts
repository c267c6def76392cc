import type { Database } from "../database.ts";
import type { Deps } from "../deps.ts";
import { openLog } from "../log.ts";
import type { Subscriptions } from "./consumer.ts";
import { leaveCursor, moveCursor, readBehind, renewLease, takeCursor } from "./cursor.ts";
import { messagesFor } from "./messages-for.ts";

export type RelayDeps = Pick<Deps, "config" | "databases" | "queue">;

/** Tells the relay that a database may have new events. Returns at once. */
export interface Relay {
  readonly wake: (database: Database) => void;
}

/** Events of one round. */
export const roundMax = 1_000;
/** Messages of one call to the queue: at most 10 MB. */
const batchMax = 20;
const roundsMax = 20;

/**
 * One round: publishes what is behind the database's cursor and moves the cursor past it. Answers how many events it
 * passed; 0 where there were none or another relay is at it. Where publishing fails it throws and the cursor stays:
 * what was published already goes out again, and the inbox knows it.
 */
export async function relayOnce(deps: RelayDeps, database: Database, subscriptions: Subscriptions): Promise<number> {
  const { sql } = database.primary();
  const holder = crypto.randomUUID();
  const cursor = await takeCursor(sql, holder);
  if (cursor === undefined) return 0;
  try {
    const events = await readBehind(sql, cursor, roundMax, heardTypes(subscriptions));
    const last = events.at(-1);
    if (last === undefined) {
      // Another relay moved the cursor while this one waited for its row.
      await leaveCursor(sql, holder);
      return 0;
    }
    const messages = messagesFor(events, subscriptions, deps.config.PUBLIC_URL);
    for (let at = 0; at < messages.length; at += batchMax) {
      if (at > 0) await renewLease(sql, holder);
      await deps.queue.publish(messages.slice(at, at + batchMax));
    }
    if (!(await moveCursor(sql, holder, last)))
      openLog(deps.config).warn("the relay's round outlasted its lease", { database: database.name });
    return events.length;
  } catch (error) {
    // Lets another instance try; where this fails too, the lease runs out.
    await leaveCursor(sql, holder).catch(() => undefined);
    throw error;
  }
}

function heardTypes(subscriptions: Subscriptions): string[] {
  return Object.entries(subscriptions).flatMap(([type, consumers]) => (consumers.length > 0 ? [type] : []));
}

/** Rounds until nothing is left, within a bound. */
export async function relayAll(deps: RelayDeps, database: Database, subscriptions: Subscriptions): Promise<void> {
  for (let round = 0; round < roundsMax; round++) if ((await relayOnce(deps, database, subscriptions)) === 0) return;
}
