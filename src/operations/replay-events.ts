import type { ToldEvent } from "../contracts/ports.ts";
import { type Service, services } from "../contracts/services.ts";
import { auditEvent } from "../platform/audit.ts";
import type { Subscriptions } from "../platform/events/consumer.ts";
import { consumerNamed } from "../platform/events/consumers.ts";
import { inboxDays } from "../platform/events/inbox.ts";
import type { Scope } from "../platform/scope.ts";
import { notAllowed } from "../shared/errors.ts";
import { firstId } from "../shared/ids.ts";
import type { Replay, ReplayRequest } from "./ops-schemas.ts";

const pageMax = 200;
const rowsMax = 20_000;
/** A request has 15 s. */
const workForMs = 8_000;
/** Of one call between services, whose body and time are bounded: a consumer may send mails. */
const bytesMax = 400_000;
const broughtMax = 50;
const dayMs = 86_400_000;

/** Whose log has events of a type, by its first word; any other type may be in every log. */
const tellers: Readonly<Record<string, Service>> = {
  user: "identity",
  product: "catalog",
  stock: "inventory",
  order: "orders",
  payment: "payments",
};

/**
 * Repairs what a consumer missed: brings it the events of its types that were told in the range, from the logs of those
 * who told them; what has an inbox row is left alone. Bounded in rows and time: what is left begins at `nextFrom`.
 * @throws Problem invalid-request for a consumer or a range that there is not
 */
export async function replayEvents(
  scope: Scope,
  subscriptions: Subscriptions,
  { consumer: name, from, to }: ReplayRequest,
): Promise<Replay> {
  const consumer = consumerNamed(subscriptions, name);
  if (consumer === undefined) throw notAllowed({ path: "consumer", message: "expected a consumer that there is" });
  if (Date.parse(from) < Date.now() - inboxDays * dayMs)
    throw notAllowed({
      path: "from",
      message: `expected at most ${inboxDays} days ago, which is what the inbox remembers`,
    });
  if (Date.parse(to) <= Date.parse(from)) throw notAllowed({ path: "to", message: "expected after from" });
  const act = { action: "consumer.replayed", target: { type: "consumer", id: name }, detail: { from, to } };
  await scope.deps.ports.identity.record(scope, auditEvent(scope, act));
  const until = Date.now() + workForMs;
  const beforeId = firstId(new Date(to));
  let fromId = firstId(new Date(from));
  const tally = { events: 0, failed: 0 };
  for (let rows = 0; rows < rowsMax && Date.now() < until; rows += pageMax) {
    const page = await nextOf(scope, consumer.types, { fromId, beforeId });
    tally.events += page.events.length;
    for (const events of parcelsOf(page.events))
      tally.failed += await scope.deps.ports.events.bring(scope, consumer.service, name, events);
    if (page.nextId === null) return { consumer: name, from, to, ...tally, nextFrom: null };
    fromId = page.nextId;
  }
  return { consumer: name, from, to, ...tally, nextFrom: timeOf(fromId) };
}

interface Page {
  readonly events: readonly ToldEvent[];
  /** Below it all logs have been looked at; null where the range's end was reached. */
  readonly nextId: string | null;
}

/** The next events of all logs that have such types, in the order of their ids. */
async function nextOf(
  scope: Scope,
  types: readonly string[],
  { fromId, beforeId }: { readonly fromId: string; readonly beforeId: string },
): Promise<Page> {
  const logs = services.filter((service) =>
    types.some((type) => (tellers[type.split(".")[0] ?? ""] ?? service) === service),
  );
  const range = { types, fromId, beforeId, limit: pageMax };
  const pages = [];
  for (const service of logs) pages.push(await scope.deps.ports.events.told(scope, service, range));
  const nextId = pages.flatMap(({ lastId }) => lastId ?? []).sort()[0] ?? null;
  const events = new Map(pages.flatMap((page) => page.events).map((event) => [event.id, event]));
  const below = [...events.values()].filter(({ id }) => nextId === null || id <= nextId);
  return { events: below.sort((a, b) => (a.id < b.id ? -1 : 1)), nextId: nextId === null ? null : following(nextId) };
}

/** The next UUID. */
function following(id: string): string {
  const hex = (BigInt(`0x${id.replaceAll("-", "")}`) + 1n).toString(16).padStart(32, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** When a UUIDv7 was made. */
function timeOf(id: string): string {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toISOString();
}

function parcelsOf(events: readonly ToldEvent[]): ToldEvent[][] {
  const parcels: ToldEvent[][] = [];
  let bytes = bytesMax;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event));
    if (bytes + size > bytesMax || parcels.at(-1)?.length === broughtMax) {
      parcels.push([]);
      bytes = 0;
    }
    bytes += size;
    parcels.at(-1)?.push(event);
  }
  return parcels;
}
