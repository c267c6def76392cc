import { type EventType, eventData } from "../../contracts/events.ts";
import type { Scope } from "../scope.ts";
import type { Consumer, Subscriptions } from "./consumer.ts";
import { consumersOf } from "./consumers.ts";
import { deliver } from "./deliver.ts";
import type { Failure } from "./failure.ts";
import type { Incoming } from "./read-message.ts";

/** Delivers events to one consumer alone; what it has done already is left alone. Answers what failed. */
export function bringTo(
  scope: Scope,
  subscriptions: Subscriptions,
  { name, service }: Pick<Consumer, "name" | "service">,
  events: readonly Incoming[],
): Promise<readonly Failure[]> {
  const rows = (Object.keys(eventData) as EventType[]).map((type) => [
    type,
    consumersOf(subscriptions, type).filter((consumer) => consumer.name === name),
  ]);
  return deliver(scope, Object.fromEntries(rows) as Subscriptions, service, events);
}
