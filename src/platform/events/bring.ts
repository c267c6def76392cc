import { type EventType, eventData } from "../../contracts/events.ts";
import type { ToldEvent } from "../../contracts/ports.ts";
import type { Service } from "../../contracts/services.ts";
import type { Scope } from "../scope.ts";
import type { Consumer, Subscriptions } from "./consumer.ts";
import { consumerNamed, consumersOf } from "./consumers.ts";
import { deliver } from "./deliver.ts";
import type { Failure } from "./failure.ts";
import type { Incoming } from "./read-message.ts";

interface Parcel {
  /** Its name. */
  readonly consumer: string;
  readonly events: readonly ToldEvent[];
}

/** Brings events to one consumer of the service; answers how many failed. */
export async function bringToConsumer(
  scope: Scope,
  subscriptions: Subscriptions,
  service: Service,
  { consumer: name, events }: Parcel,
): Promise<number> {
  const consumer = consumerNamed(subscriptions, name);
  if (consumer?.service !== service) throw new Error(`${service} has no consumer ${name}`);
  return (await bringTo(scope, subscriptions, consumer, events)).length;
}

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
