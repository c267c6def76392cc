import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  appOf,
  bring,
  type EventServer,
  startEventServer,
  stockChanged,
  subscribe,
  type World,
  writes,
} from "../../../tests/support/event-world.ts";
import { appendEvents } from "./outbox.ts";
import { relayOnce } from "./relay.ts";
import { relayAtEdge } from "./relay-at-edge.ts";
import { startRelay } from "./relay-loop.ts";

const subscriptions = subscribe({ "stock.changed": [writes("catalog.hint")] });
let server: EventServer;
beforeAll(async () => {
  server = await startEventServer();
}, 60_000);
afterAll(() => server.close(), 60_000);

describe("the relay", () => {
  test("tells what was committed, once and in order, and nothing of what was rolled back", async () => {
    const world = await server.open();
    await world.tell(stockChanged("a"), stockChanged("b"));
    await expect(
      world.sql.begin(async (tx) => {
        await appendEvents(tx, world.scope, [stockChanged("undone")]);
        throw new Error("changed my mind");
      }),
    ).rejects.toThrow("changed my mind");
    await world.tell(stockChanged("c"));
    expect(await relay(world)).toBe(3);
    expect(await relay(world)).toBe(0);
    expect(keysOf(world)).toEqual(["a", "b", "c"]);
    expect(world.queue.messages[0]).toMatchObject({
      url: "http://127.0.0.1:3000/v1/events/catalog",
      failureUrl: "http://127.0.0.1:3000/v1/events/catalog/failures",
    });
    const [told] = JSON.parse(world.queue.messages[0]?.body ?? "").events;
    expect(told).toMatchObject({
      type: "stock.changed",
      schema: 1,
      version: 1,
      key: "a",
      data: { sku: "a", available: true },
      traceparent: world.scope.traceparent,
    });
    expect(told.occurredAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    await world.close();
  });

  test("does not skip an event that an older transaction commits late", async () => {
    const world = await server.open();
    const { promise: olderMayCommit, resolve: commitOlder } = Promise.withResolvers<void>();
    const { promise: olderHasWritten, resolve: olderWrote } = Promise.withResolvers<void>();
    const older = world.sql.begin(async (tx) => {
      await appendEvents(tx, world.scope, [stockChanged("older")]);
      olderWrote();
      await olderMayCommit;
    });
    await olderHasWritten;
    await world.tell(stockChanged("younger"));
    expect(await relay(world)).toBe(0);
    // The control: what goes by the id alone sees the younger one now, and never the older one behind it.
    const byId = async (after: string) => world.sql`select id, key from events.outbox where id > ${after} order by id`;
    const seen = await byId("00000000-0000-0000-0000-000000000000");
    expect(seen.map(({ key }) => key)).toEqual(["younger"]);
    commitOlder();
    await older;
    expect(await byId(String(seen[0]?.id))).toHaveLength(0);
    await relay(world);
    expect(keysOf(world)).toEqual(["older", "younger"]);
    await world.close();
  });

  test("that dies between publishing and moving on has its events delivered twice, with one effect", async () => {
    const world = await server.open();
    const app = appOf(subscriptions);
    await world.tell(stockChanged("twice"));
    const dying = Promise.withResolvers<never>();
    const published = Promise.withResolvers<void>();
    world.queue.publish = async (messages) => {
      world.queue.messages.push(...messages);
      published.resolve();
      await dying.promise;
    };
    const round = relay(world).catch(() => "died");
    await published.promise;
    // It is dead, but nobody knows: its lease must run out first.
    expect(await relay(world)).toBe(0);
    await world.sql`update events.cursor set lease_until = clock_timestamp() - interval '1 second'`;
    world.queue.publish = async (messages) => void world.queue.messages.push(...messages);
    expect(await relay(world)).toBe(1);
    const [first, second] = world.queue.messages;
    expect(second).toEqual(first);
    expect(await bring(world, app, world.queue.messages)).toEqual([204, 204]);
    expect(await world.effects()).toEqual(["catalog.hint twice"]);
    dying.reject(new Error("killed"));
    expect(await round).toBe("died");
    expect(await relay(world)).toBe(0);
    await world.close();
  });

  test("runs once a database, however many try", async () => {
    const world = await server.open();
    await world.tell(...Array.from({ length: 50 }, (_, nth) => stockChanged(`sku-${nth}`)));
    const passed = await Promise.all(Array.from({ length: 8 }, () => relay(world)));
    expect(passed.filter((events) => events > 0)).toEqual([50]);
    expect(keysOf(world)).toHaveLength(50);
    await world.close();
  });

  test("that lost its lease does not move the cursor back", async () => {
    const world = await server.open();
    await world.tell(stockChanged("first"));
    const slow = Promise.withResolvers<void>();
    world.queue.publish = () => slow.promise;
    const round = relay(world);
    await Bun.sleep(100);
    await world.sql`update events.cursor set lease_until = '-infinity'`;
    world.queue.publish = async (messages) => void world.queue.messages.push(...messages);
    await world.tell(stockChanged("second"));
    await relay(world);
    slow.resolve();
    await round;
    expect(await relay(world)).toBe(0);
    expect(keysOf(world)).toEqual(["first", "second"]);
    await world.close();
  });

  test("keeps everything while the queue is away and delivers it afterwards", async () => {
    const world = await server.open();
    world.queue.publish = () => Promise.reject(new Error("connect ECONNREFUSED"));
    const running = startRelay(world.deps, subscriptions);
    for (const key of ["a", "b", "c"]) {
      await world.tell(stockChanged(key));
      running.wake(world.database);
      await Bun.sleep(50);
    }
    expect(world.queue.messages).toEqual([]);
    world.queue.publish = async (messages) => void world.queue.messages.push(...messages);
    await until(() => keysOf(world).length === 3);
    await running.stop();
    expect(keysOf(world)).toEqual(["a", "b", "c"]);
    await world.close();
  }, 15_000);

  test("that nobody wakes finds what a crash left within two seconds", async () => {
    const world = await server.open();
    const running = startRelay(world.deps, subscriptions);
    await Bun.sleep(100);
    await world.tell(stockChanged("left"));
    await until(() => keysOf(world).length === 1, 2_000);
    await running.stop();
    await world.close();
  });

  test("passes what nobody listens to, and groups the rest by service, at most 250 events a message", async () => {
    const world = await server.open();
    const heard = subscribe({ "stock.changed": [writes("catalog.hint"), writes("orders.hint"), writes("orders.two")] });
    const many = Array.from({ length: 600 }, (_, nth) => stockChanged(`sku-${nth}`));
    await world.tell({ type: "user.registered", key: "u", version: 1, data: { email: "", name: "", region: "" } });
    await world.tell(...many);
    expect(await relayOnce(world.deps, world.database, heard)).toBe(601);
    const sizes = world.queue.messages.map(({ url, body }) => [url.split("/").at(-1), JSON.parse(body).events.length]);
    expect(sizes).toEqual(["catalog", "orders"].flatMap((to) => [250, 250, 100].map((size) => [to, size])));
    expect(new Set(world.queue.messages.map(({ deduplicationId }) => deduplicationId)).size).toBe(6);
    await world.close();
  });
});

describe("the relay at the edge", () => {
  test("covers every commit with at most one round each 200 ms, in the background of the requests", async () => {
    const world = await server.open();
    const working: Promise<unknown>[] = [];
    const background = (work: Promise<unknown>) => void working.push(work);
    const begun = performance.now();
    for (let nth = 0; nth < 40; nth++) {
      await world.tell(stockChanged(`sku-${nth}`));
      // Each request has deps of its own; the isolate's instance is what they share.
      relayAtEdge({ ...world.deps, background }, subscriptions).wake(world.database);
    }
    const took = performance.now() - begun;
    await Promise.all(working);
    expect(keysOf(world)).toHaveLength(40);
    expect(new Set(keysOf(world)).size).toBe(40);
    expect(working.length).toBeLessThanOrEqual(2 + took / 200);
    await world.close();
  });
});

function relay(world: World): Promise<number> {
  return relayOnce(world.deps, world.database, subscriptions);
}

function keysOf(world: World): string[] {
  return world.queue.messages.flatMap(({ body }) => JSON.parse(body).events.map(({ key }: { key: string }) => key));
}

async function until(holds: () => boolean, ms = 10_000): Promise<void> {
  for (const end = Date.now() + ms; !holds(); await Bun.sleep(10))
    if (Date.now() > end) throw new Error(`Waited ${ms} ms in vain.`);
}
