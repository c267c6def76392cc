import { randomUUID } from "node:crypto";
import { type Event, event, eventData } from "../../../src/contracts/events.ts";
import * as bury from "../../../src/platform/events/bury.ts";
import type { ApplyingConsumer, Subscriptions } from "../../../src/platform/events/consumer.ts";
import * as cursor from "../../../src/platform/events/cursor.ts";
import * as dead from "../../../src/platform/events/dead.ts";
import * as erased from "../../../src/platform/events/erased.ts";
import * as figures from "../../../src/platform/events/figures.ts";
import { recordedOnce } from "../../../src/platform/events/inbox.ts";
import * as outbox from "../../../src/platform/events/outbox.ts";
import * as partitions from "../../../src/platform/events/partitions.ts";
import * as toldEvents from "../../../src/platform/events/told.ts";
import { firstId } from "../../../src/shared/ids.ts";
import type { Bench, CallsOf } from "./call.ts";

type Statements = typeof outbox &
  typeof cursor &
  typeof recordedOnce &
  typeof bury &
  typeof dead &
  typeof erased &
  typeof figures &
  typeof toldEvents &
  typeof partitions;

export const eventsCalls: CallsOf<Statements> = {
  appendEvents: ({ db, scope }) => db.sql.begin((tx) => outbox.appendEvents(tx, scope, [told])),
  takeCursor: async (bench) => await takeCursor(bench, randomUUID()),
  readBehind: async (bench) => {
    const round = await takeCursor(bench, randomUUID());
    return cursor.readBehind(bench.db.sql, round, 500, ["order.paid"]);
  },
  moveCursor: async (bench) => {
    const holder = randomUUID();
    const round = await takeCursor(bench, holder);
    return cursor.moveCursor(bench.db.sql, holder, round);
  },
  renewLease: async (bench) => {
    const holder = randomUUID();
    await takeCursor(bench, holder);
    return cursor.renewLease(bench.db.sql, holder);
  },
  leaveCursor: async (bench) => {
    const holder = randomUUID();
    await takeCursor(bench, holder);
    return cursor.leaveCursor(bench.db.sql, holder);
  },
  record: ({ db }) => db.sql.begin((tx) => recordedOnce.record(tx, [{ consumer, event: delivered() }])),
  missing: ({ db }) => recordedOnce.missing(db.sql, [{ consumer, event: delivered() }]),
  bury: ({ scope }) => bury.bury(scope, subscribed(consumer), "catalog", givenUp(delivered())),
  eraseInEvents: async ({ db, scope }) => {
    const userId = randomUUID();
    const person = { email: "given@example.com", name: "Given", region: "main" };
    await db.sql.begin((tx) => outbox.appendEvents(tx, scope, [event("user.updated", userId, 1, person)]));
    await db.sql.begin((tx) => erased.eraseInEvents(tx, [userId]));
  },
  isErased: ({ db }) => erased.isErased(db, randomUUID()),
  listDead: ({ scope }) => dead.listDead(scope, 21),
  replayDead: async ({ scope, given }) => {
    const id = await given.deadEvent();
    for (const one of [failing, consumer]) await dead.replayDead(scope, subscribed(one), "catalog", id);
  },
  figuresOf: ({ scope }) => figures.figuresOf(scope, "catalog"),
  toldIn: ({ scope }) => {
    const [fromId, beforeId] = [firstId(new Date(Date.now() - 3_600_000)), firstId(new Date())];
    return toldEvents.toldIn(scope, "orders", { types: ["order.paid"], fromId, beforeId, limit: 500 });
  },
  partitionUpkeep: async ({ db, scope }) => {
    await db.sql`create table events.outbox_20200106 (like events.outbox including all)`;
    await partitions.partitionUpkeep(scope);
  },
};

const consumer: ApplyingConsumer = {
  service: "catalog",
  name: "catalog.availability",
  apply: async () => undefined,
};
const failing = { ...consumer, apply: () => Promise.reject(new Error("It cannot.")) };

function subscribed(one: typeof consumer): Subscriptions {
  const nobody = Object.fromEntries(Object.keys(eventData).map((type) => [type, []]));
  return { ...nobody, "stock.changed": [one] } as unknown as Subscriptions;
}

const told = event("stock.changed", "sku-1", 1, { sku: "sku-1", available: true });

function delivered(): Event {
  const stamps = { schema: 1, occurredAt: new Date().toISOString(), traceparent: null } as const;
  return { ...told, ...stamps, id: Bun.randomUUIDv7() };
}

/** What the queue says of a message that it gave up on. */
function givenUp(one: Event): string {
  return JSON.stringify({ status: 503, retried: 4, sourceBody: btoa(JSON.stringify({ events: [one] })) });
}

/** With an event behind it, whoever had it before. */
async function takeCursor({ db, scope }: Bench, holder: string): ReturnType<typeof take> {
  await db.sql`update events.cursor set holder = null, lease_until = '-infinity'`;
  await db.sql.begin((tx) => outbox.appendEvents(tx, scope, [told]));
  return await take(db, holder);
}

async function take({ sql }: Bench["db"], holder: string) {
  const round = await cursor.takeCursor(sql, holder);
  if (!round) throw new Error("nothing to relay");
  return round;
}
