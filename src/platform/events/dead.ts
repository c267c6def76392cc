import type { DeadEvent } from "../../contracts/ports.ts";
import type { Service } from "../../contracts/services.ts";
import { highestUuid } from "../../shared/ids.ts";
import { rfc3339 } from "../../shared/times.ts";
import { onPrimary, type Scope } from "../scope.ts";
import { bringTo } from "./bring.ts";
import type { Subscriptions } from "./consumer.ts";
import { consumerNamed } from "./consumers.ts";
import { readMessage } from "./read-message.ts";

/** Dead events of all databases here, newest first, those before the given id. What was done after all is not dead. */
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
 * Delivers a dead event to its consumer once more, where that is one of the service's; only what has no inbox row takes
 * effect. What fails again stays dead.
 */
export async function replayDead(
  scope: Scope,
  subscriptions: Subscriptions,
  service: Service,
  id: string,
): Promise<"done" | "failed" | "unknown"> {
  const { sql } = onPrimary(scope, service);
  const [row] = await sql<{ consumer: string; body: unknown }[]>`
    select consumer, body from events.dead where id = ${id}`;
  const events = row && readMessage(JSON.stringify({ events: [row.body] }));
  const consumer = row && consumerNamed(subscriptions, row.consumer);
  if (events === undefined || consumer?.service !== service) return "unknown";
  const [failure] = await bringTo(scope, subscriptions, consumer, events);
  if (failure === undefined) await sql`delete from events.dead where id = ${id}`;
  else
    await sql`update events.dead set attempts = attempts + 1, last_error = ${failure.reason}, died_at = now() where id = ${id}`;
  return failure === undefined ? "done" : "failed";
}
