import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningDispatcher, startDispatcher } from "../../../local/qstash/dispatcher.ts";
import { databaseDeps } from "../../../tests/support/database-deps.ts";
import {
  appOf,
  type EventServer,
  startEventServer,
  stockChanged,
  subscribe,
  type World,
  writes,
} from "../../../tests/support/event-world.ts";
import { busySecondMs } from "../../../tests/support/time.ts";
import type { Deps } from "../deps.ts";
import { type Jobs, scheduleJobs } from "../jobs.ts";
import { openQueue } from "../queue.ts";
import type { Consumer } from "./consumer.ts";
import { listDead } from "./dead.ts";
import { startRelay } from "./relay-loop.ts";

const keys = { token: "token-of-this-test", currentKey: "sig_current_of_this_test", nextKey: "sig_next_of_this_test" };
let server: EventServer;
let home: string;
let dispatcher: RunningDispatcher;
beforeAll(async () => {
  server = await startEventServer();
  home = await mkdtemp(join(tmpdir(), "headroom-queue-"));
  dispatcher = await startDispatcher({ port: 0, home, ...keys });
}, 60_000);
afterAll(async () => {
  await dispatcher.stop();
  await server.close();
  await rm(home, { recursive: true, force: true });
}, 60_000);

describe("an event's way over the real queue", () => {
  test("from a commit to its effects in two services takes less than a second", async () => {
    const shop = await openShop([writes("catalog.hint"), writes("orders.hint")]);
    await shop.tell("a");
    const committed = performance.now();
    await until(async () => (await shop.world.effects()).length === 2);
    expect(performance.now() - committed).toBeLessThan(busySecondMs);
    expect(await shop.world.effects()).toEqual(["catalog.hint a", "orders.hint a"]);
    await shop.close();
  });

  test("goes on a second after a failure, for the consumer that failed", async () => {
    const refuses = new Set(["a"]);
    const shop = await openShop([writes("catalog.one"), writes("catalog.two", refuses)]);
    await shop.tell("a");
    await until(async () => (await shop.world.effects()).length === 1);
    refuses.clear();
    await until(async () => (await shop.world.effects()).length === 2, 4_000);
    expect(await shop.world.effects()).toEqual(["catalog.one a", "catalog.two a"]);
    await shop.close();
  });

  test("waits in the outbox while the queue is down", async () => {
    const shop = await openShop([writes("catalog.hint")]);
    const port = Number(new URL(dispatcher.url).port);
    await dispatcher.stop();
    await shop.tell("a");
    await shop.tell("b");
    await Bun.sleep(500);
    expect(await shop.world.effects()).toEqual([]);
    dispatcher = await startDispatcher({ port, home, ...keys });
    await until(async () => (await shop.world.effects()).length === 2, 8_000);
    await shop.close();
  }, 15_000);

  test("ends among the dead where the queue gives up", async () => {
    const shop = await openShop([writes("catalog.hint")]);
    shop.refuse = new Response(null, { status: 489, headers: { "Upstash-NonRetryable-Error": "true" } });
    await shop.tell("a");
    await until(async () => (await listDead(shop.world.scope, 10)).length === 1);
    expect(await listDead(shop.world.scope, 10)).toMatchObject([
      { consumer: "catalog.hint", type: "stock.changed", attempts: 1, lastError: "The delivery was answered 489." },
    ]);
    await shop.close();
  });
});

describe("schedules", () => {
  test("are made once the queue can be reached, and run their jobs", async () => {
    let ran = 0;
    const shop = await openShop([], { tidy: { cron: "* * * * * *", run: async () => void ran++ } });
    const port = Number(new URL(dispatcher.url).port);
    await dispatcher.stop();
    const schedules = scheduleJobs(shop.deps, shop.jobs);
    await Bun.sleep(300);
    dispatcher = await startDispatcher({ port, home, ...keys });
    await until(async () => ran > 0, 6_000);
    schedules.stop();
    const list = await fetch(`${dispatcher.url}/v2/schedules`, { headers: { Authorization: `Bearer ${keys.token}` } });
    const { host } = new URL(shop.deps.config.PUBLIC_URL);
    expect(await list.json()).toMatchObject([{ scheduleId: `${host.replace(":", "-")}.tidy` }]);
    await shop.close();
  }, 15_000);
});

interface Shop {
  readonly world: World;
  readonly deps: Deps;
  readonly jobs: Jobs;
  /** Answered to deliveries instead of taking them. */
  refuse: Response | undefined;
  readonly tell: (sku: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A listening server with its relay, on a database of its own and the queue that all share. */
async function openShop(consumers: readonly Consumer<"stock.changed">[], jobs: Jobs = {}): Promise<Shop> {
  const world = await server.open();
  const subscriptions = subscribe({ "stock.changed": consumers });
  const app = appOf(subscriptions, undefined, jobs);
  const listening = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => (request.url.includes("/failures") ? undefined : shop.refuse) ?? app.fetch(request, deps),
  });
  const { config } = databaseDeps(world.url, [], {
    PUBLIC_URL: listening.url.origin,
    QSTASH_URL: dispatcher.url,
    QSTASH_TOKEN: keys.token,
    QSTASH_CURRENT_SIGNING_KEY: keys.currentKey,
    QSTASH_NEXT_SIGNING_KEY: keys.nextKey,
  });
  const parts = { ...world.deps, config, queue: openQueue(config) };
  const relay = startRelay(parts, subscriptions);
  const deps: Deps = { ...parts, relay };
  const shop: Shop = {
    world,
    deps,
    jobs,
    refuse: undefined,
    tell: async (sku) => {
      await world.tell(stockChanged(sku));
      relay.wake(world.database);
    },
    close: async () => {
      await relay.stop();
      await listening.stop(true);
      await world.close();
    },
  };
  return shop;
}

async function until(holds: () => Promise<boolean>, ms = 3_000): Promise<void> {
  for (const end = Date.now() + ms; !(await holds()); await Bun.sleep(10))
    if (Date.now() > end) throw new Error(`Waited ${ms} ms in vain.`);
}
