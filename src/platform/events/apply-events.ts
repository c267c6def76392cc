import { isOutage, type Sql } from "../database.ts";
import { describeError } from "../log.ts";
import type { Scope } from "../scope.ts";
import type { ApplyingConsumer } from "./consumer.ts";
import { type Failure, failed, scopeOf } from "./failure.ts";
import type { Due, Inbox } from "./inbox.ts";

type Applying = Due<ApplyingConsumer>;

/**
 * Inbox rows and effects of all events in one transaction; if that fails, each event and consumer in one of its own, so
 * that one bad event holds up nothing else. Answers what failed alone. @throws where the database is away
 */
export async function applyEvents(
  scope: Scope,
  sql: Sql,
  due: readonly Applying[],
  inbox: Inbox,
): Promise<readonly Failure[]> {
  if (due.length === 0) return [];
  const reason = await attempt(scope, sql, due, inbox);
  if (reason === undefined) return [];
  if (due.length > 1) scope.log.warn("one by one", { events: due.length, ...describeError(reason.error) });
  const failures: Failure[] = [];
  for (const one of due) {
    const own = due.length === 1 ? reason : await attempt(scope, sql, [one], inbox);
    if (own) failures.push(failed(scope, one, own.error));
  }
  return failures;
}

async function attempt(
  scope: Scope,
  sql: Sql,
  due: readonly Applying[],
  inbox: Inbox,
): Promise<{ error: unknown } | undefined> {
  try {
    const fresh = await sql.begin(async (tx) => {
      const byConsumer = Map.groupBy(await inbox.record(tx, due), ({ consumer }) => consumer);
      for (const [consumer, of] of byConsumer) {
        const events = of.map(({ event }) => event);
        await consumer.apply(scopeOf(scope, events), tx, events);
      }
      return byConsumer;
    });
    for (const [consumer, of] of fresh) await follow(scope, consumer, of);
    return undefined;
  } catch (error) {
    if (isOutage(error)) throw error;
    return { error };
  }
}

/** What follows the commit may be lost, so its failure is no failure of the event. */
async function follow(scope: Scope, consumer: ApplyingConsumer, of: readonly Applying[]): Promise<void> {
  const events = of.map(({ event }) => event);
  try {
    await consumer.afterwards?.(scopeOf(scope, events), events);
  } catch (error) {
    scope.log.warn("what follows an event failed", { consumer: consumer.name, ...describeError(error) });
  }
}
