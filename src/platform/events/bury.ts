import * as v from "valibot";
import type { Service } from "../../contracts/services.ts";
import { isUuid } from "../../shared/ids.ts";
import { pgArray } from "../database.ts";
import { databaseOf, type Scope } from "../scope.ts";
import type { Subscriptions } from "./consumer.ts";
import { consumersOf } from "./consumers.ts";
import { readMessage } from "./read-message.ts";

/** What QStash says of a message that it gave up on (upstash docs, qstash/features/callbacks); bodies are base64. */
const callbackSchema = v.object({
  status: v.optional(v.number(), 0),
  body: v.nullish(v.string(), ""),
  retried: v.optional(v.number(), 0),
  sourceBody: v.string(),
});

/** The members of our own answer to a delivery that name what failed. */
const answerSchema = v.object({
  title: v.optional(v.string()),
  errors: v.optional(v.array(v.object({ path: v.string(), message: v.string() })), []),
});

/**
 * Makes dead what a message brought and no inbox row says was done: a row for each consumer and event. False where the
 * callback cannot be read.
 */
export async function bury(
  scope: Scope,
  subscriptions: Subscriptions,
  service: Service,
  body: string,
): Promise<boolean> {
  const callback = v.safeParse(callbackSchema, json(body));
  if (!callback.success) return false;
  const { sourceBody, status, retried } = callback.output;
  const events = readMessage(decoded(sourceBody));
  if (events === undefined) {
    scope.log.error("an unreadable message was given up", { bytes: sourceBody.length });
    return true;
  }
  const errorOf = lastErrors(status, callback.output.body ?? "");
  const rows = events.flatMap((event) =>
    consumersOf(subscriptions, event.type)
      .filter((consumer) => consumer.service === service)
      .map(({ name }) => ({
        consumer: name,
        event_id: event.id,
        type: event.type,
        key: event.key,
        body: event,
        attempts: retried + 1,
        last_error: errorOf(name, event.id),
      })),
  );
  // An event that names a person may die when he is erased already.
  const users = rows.filter(({ type, key }) => type.startsWith("user.") && isUuid(key)).map(({ key }) => key);
  const { sql } = databaseOf(scope, service).primary();
  const { count } = await sql`
    insert into events.dead (consumer, event_id, type, body, attempts, last_error)
    select consumer, event_id, type,
           case when key = any(${pgArray(users)}::text[]) and of is null
                then jsonb_set(body, '{data}', events.nameless(body->'data')) else body end,
           attempts, last_error
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
           as d(consumer text, event_id uuid, type text, key text, body jsonb, attempts integer, last_error text)
      left join events.unerased_v1(${pgArray(users)}::uuid[]) of on of::text = key
      left join lateral (
        select true as is from events.inbox i where i.consumer = d.consumer and i.event_id = d.event_id limit 1) done on true
     where done.is is null
        on conflict (consumer, event_id)
        do update set attempts = excluded.attempts, last_error = excluded.last_error, died_at = now()`;
  scope.log.error("events are dead", { events: count, attempts: retried + 1 });
  return true;
}

/** The reason that our last answer gave for a consumer and event; where it did not come from us, its status. */
function lastErrors(status: number, body: string): (consumer: string, eventId: string) => string {
  const answer = v.safeParse(answerSchema, json(decoded(body)));
  if (!answer.success) return () => `The delivery was answered ${status}.`;
  const { title, errors } = answer.output;
  const reasons = new Map(errors.map(({ path, message }) => [path, message]));
  return (consumer, eventId) =>
    reasons.get(`${eventId}.${consumer}`) ?? reasons.get(eventId) ?? title ?? `The delivery was answered ${status}.`;
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString();
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
