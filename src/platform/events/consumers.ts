import { type EventType, eventData } from "../../contracts/events.ts";
import type { Service } from "../../contracts/services.ts";
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

/** Who bears the name, and the types of events it hears; undefined where nobody does. */
export function consumerNamed(
  subscriptions: Subscriptions,
  name: string,
): { readonly name: string; readonly service: Service; readonly types: readonly EventType[] } | undefined {
  const hearing = (Object.keys(eventData) as EventType[]).flatMap((type) => {
    const consumer = consumersOf(subscriptions, type).find((one) => one.name === name);
    return consumer ? [{ type, service: consumer.service }] : [];
  });
  const [first] = hearing;
  return first && { name, service: first.service, types: hearing.map(({ type }) => type) };
}
