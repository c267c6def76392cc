import { type EventType, eventData } from "../../contracts/events.ts";
import type { Consumer, Subscriptions } from "./consumer.ts";

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventData, type);
}

/**
 * Who reacts to a type. The table's own type pairs each event type with consumers of that type, so a consumer taken from
 * its row may be given any event of that row; TypeScript cannot carry this through a type known at run time only.
 */
export function consumersOf(subscriptions: Subscriptions, type: string): readonly Consumer[] {
  return isEventType(type) ? (subscriptions[type] as readonly unknown[] as readonly Consumer[]) : [];
}
