import type { Service } from "../../contracts/services.ts";
import { sha256 } from "../hash.ts";
import type { QueueMessage } from "../queue.ts";
import type { Subscriptions } from "./consumer.ts";
import { consumersOf } from "./consumers.ts";
import type { LoggedEvent } from "./cursor.ts";

const eventsMax = 250;
const bytesMax = 500_000;

interface Parcel {
  readonly ids: string[];
  readonly bodies: string[];
  bytes: number;
}

/** The messages that bring events, in order, to the services whose consumers react to them. */
export function messagesFor(
  events: readonly LoggedEvent[],
  subscriptions: Subscriptions,
  publicUrl: string,
): QueueMessage[] {
  const parcels = new Map<Service, Parcel[]>();
  for (const event of events) {
    const services = new Set(consumersOf(subscriptions, event.type).map(({ service }) => service));
    if (services.size === 0) continue;
    const body = envelope(event);
    for (const service of services) pack(parcelsOf(parcels, service), event.id, body);
  }
  return [...parcels].flatMap(([service, of]) => of.map((parcel) => message(service, parcel, publicUrl)));
}

function envelope({ id, type, schema, version, occurredAt, key, data, traceparent }: LoggedEvent): string {
  return JSON.stringify({ id, type, schema, version, occurredAt, key, data, traceparent });
}

function parcelsOf(parcels: Map<Service, Parcel[]>, service: Service): Parcel[] {
  const known = parcels.get(service);
  if (known) return known;
  const none: Parcel[] = [];
  parcels.set(service, none);
  return none;
}

/** Puts the event into the last parcel, or into a new one where it does not fit. */
function pack(parcels: Parcel[], id: string, body: string): void {
  const bytes = Buffer.byteLength(body);
  const last = parcels.at(-1);
  if (last && last.ids.length < eventsMax && last.bytes + bytes <= bytesMax) {
    last.ids.push(id);
    last.bodies.push(body);
    last.bytes += bytes;
  } else {
    parcels.push({ ids: [id], bodies: [body], bytes });
  }
}

/** The same events for the same service are the same message: published again after a crash, the queue takes it once. */
function message(service: Service, { ids, bodies }: Parcel, publicUrl: string): QueueMessage {
  const url = `${publicUrl}/v1/events/${service}`;
  return {
    url,
    body: `{"events":[${bodies.join(",")}]}`,
    deduplicationId: sha256(`${url}\n${ids.join("\n")}`),
    failureUrl: `${url}/failures`,
  };
}
