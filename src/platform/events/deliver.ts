import * as v from "valibot";
import { type Event, eventData } from "../../contracts/events.ts";
import type { Service } from "../../contracts/services.ts";
import { databaseOf, type Scope } from "../scope.ts";
import { applyEvents } from "./apply-events.ts";
import type { ApplyingConsumer, Consumer, SendingConsumer, Subscriptions } from "./consumer.ts";
import { consumersOf, isEventType } from "./consumers.ts";
import type { Failure } from "./failure.ts";
import { type Due, type Inbox, inboxDays, recordedOnce } from "./inbox.ts";
import type { Incoming } from "./read-message.ts";
import { sendEvents } from "./send-events.ts";

/**
 * Brings the events of one message to the consumers of one service, each at most once by the inbox, and answers what
 * failed: the rest is done. @throws where the database is away; then nothing is known and all may come again
 */
export async function deliver(
  scope: Scope,
  subscriptions: Subscriptions,
  service: Service,
  incoming: readonly Incoming[],
  inbox: Inbox = recordedOnce,
): Promise<readonly Failure[]> {
  const database = databaseOf(scope, service);
  const { sql } = database.primary();
  const due: Due[] = [];
  const failures: Failure[] = [];
  for (const one of incoming) {
    const consumers = consumersOf(subscriptions, one.type).filter((consumer) => consumer.service === service);
    const event = checked(one, consumers);
    if ("reason" in event) failures.push({ eventId: one.id, consumer: null, reason: event.reason });
    else due.push(...consumers.map((consumer) => ({ consumer, event })));
  }
  for (const { eventId, reason } of failures) scope.log.error("an event was refused", { event: eventId, reason });
  failures.push(...(await applyEvents(scope, sql, due.filter(applies), inbox)));
  failures.push(...(await sendEvents(scope, sql, due.filter(sends), inbox)));
  scope.deps.relay.wake(database);
  return failures;
}

const inboxMs = inboxDays * 24 * 60 * 60 * 1000;

/** The event, once it is one that its consumers can take; else why not. */
function checked(incoming: Incoming, consumers: readonly Consumer[]): Event | { reason: string } {
  const { type } = incoming;
  // A newer release may have sent it: trying again brings it to an instance that knows it.
  if (!isEventType(type) || consumers.length === 0) return { reason: `No consumer here knows ${type}.` };
  const at = millisecondsOf(incoming.id);
  if (at === undefined || at < Date.now() - inboxMs)
    return { reason: `Its id is no UUIDv7 of the last ${inboxDays} days, which is what the inbox remembers.` };
  const data = v.safeParse(eventData[type], incoming.data);
  if (!data.success)
    return { reason: `Its data is not that of ${type}: ${data.issues.map((issue) => v.getDotPath(issue)).join(", ")}` };
  return { ...incoming, type, data: data.output };
}

/** When a UUIDv7 was made. */
function millisecondsOf(id: string): number | undefined {
  return id[14] === "7" ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;
}

function applies(due: Due): due is Due<ApplyingConsumer> {
  return "apply" in due.consumer;
}

function sends(due: Due): due is Due<SendingConsumer> {
  return "send" in due.consumer;
}
