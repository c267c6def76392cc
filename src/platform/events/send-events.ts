import type { Sql } from "../database.ts";
import type { Scope } from "../scope.ts";
import type { SendingConsumer } from "./consumer.ts";
import { type Failure, failed, scopeOf } from "./failure.ts";
import type { Due, Inbox } from "./inbox.ts";

type Sending = Due<SendingConsumer>;

const atOnceMax = 8;

/**
 * Effects outside our databases: what has no inbox row is sent, then recorded. A crash in between sends it again, with
 * the event's id as its idempotency key. Answers what failed.
 */
export async function sendEvents(
  scope: Scope,
  sql: Sql,
  due: readonly Sending[],
  inbox: Inbox,
): Promise<readonly Failure[]> {
  if (due.length === 0) return [];
  const waiting = [...(await inbox.missing(sql, due))];
  const sent: Sending[] = [];
  const failures: Failure[] = [];
  const sendNext = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      try {
        await one.consumer.send(scopeOf(scope, [one.event]), one.event);
        sent.push(one);
      } catch (error) {
        failures.push(failed(scope, one, error));
      }
    }
  };
  await Promise.all(Array.from({ length: atOnceMax }, sendNext));
  if (sent.length > 0) await sql.begin((tx) => inbox.record(tx, sent));
  return failures;
}
