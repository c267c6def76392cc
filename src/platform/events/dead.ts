import { type EventType, eventData } from "../../contracts/events.ts";
import { Problem } from "../../shared/errors.ts";
import { highestUuid } from "../../shared/ids.ts";
import { rfc3339 } from "../../shared/times.ts";
import type { Sql } from "../database.ts";
import type { Scope } from "../scope.ts";
import type { Subscriptions } from "./consumer.ts";
import { consumersOf } from "./consumers.ts";
import { deliver } from "./deliver.ts";
import { readMessage } from "./read-message.ts";

interface DeadEvent {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly consumer: string;
  readonly attempts: number;
  readonly lastError: string;
  readonly diedAt: string;
}

/** Dead events of all databases, newest first, those before the given id. What was done after all is not dead. */
export async function listDead(scope: Scope, limit: number, before = highestUuid): Promise<readonly DeadEvent[]> {
  const lists = await Promise.all(
    scope.deps.databases.all().map(
      (database) => database.primary().sql<DeadEvent[]>`
        select id, event_id as "eventId", type, consumer, attempts, last_error as "lastError", died_at as "diedAt"
          from events.dead d
         where id < ${before}
           and not exists (select from events.inbox i where i.consumer = d.consumer and i.event_id = d.event_id)
         order by id desc
         limit ${limit}`,
    ),
  );
  return lists
    .flat()
    .map((row) => ({ ...row, diedAt: rfc3339(row.diedAt) }))
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, limit);
}

/**
 * Delivers a dead event to its consumer once more; only what has no inbox row takes effect. True where it is done now,
 * false where it failed again and stays dead. @throws Problem not-found
 */
export async function replayDead(scope: Scope, subscriptions: Subscriptions, id: string): Promise<boolean> {
  for (const database of scope.deps.databases.all()) {
    const { sql } = database.primary();
    const [row] = await sql<{ consumer: string; body: unknown }[]>`
      select consumer, body from events.dead where id = ${id}`;
    if (row) return replay(scope, sql, subscriptions, { id, ...row });
  }
  throw new Problem("not-found", "There is no such dead event.");
}

async function replay(
  scope: Scope,
  sql: Sql,
  subscriptions: Subscriptions,
  { id, consumer, body }: { id: string; consumer: string; body: unknown },
): Promise<boolean> {
  const types = Object.keys(eventData) as EventType[];
  const service = types
    .flatMap((type) => consumersOf(subscriptions, type))
    .find(({ name }) => name === consumer)?.service;
  const events = readMessage(JSON.stringify({ events: [body] }));
  if (service === undefined || events === undefined)
    throw new Problem("not-found", `There is no consumer ${consumer}.`);
  const rows = types.map((type) => [type, consumersOf(subscriptions, type).filter(({ name }) => name === consumer)]);
  const only = Object.fromEntries(rows) as Subscriptions;
  const [failure] = await deliver(scope, only, service, events);
  if (failure === undefined) await sql`delete from events.dead where id = ${id}`;
  else
    await sql`update events.dead set attempts = attempts + 1, last_error = ${failure.reason}, died_at = now() where id = ${id}`;
  return failure === undefined;
}
