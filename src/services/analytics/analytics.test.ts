import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { migrateAll } from "../../../db/migrate.ts";
import {
  adminToken,
  call,
  eventually,
  newProduct,
  newUser,
  payOrder,
  placeOrder,
} from "../../../tests/support/client.ts";
import { databaseDeps } from "../../../tests/support/database-deps.ts";
import { makeOwnDatabase, type OwnDatabase } from "../../../tests/support/own-database.ts";
import type { Deps } from "../../platform/deps.ts";
import { deliver } from "../../platform/events/deliver.ts";
import { partitionUpkeep } from "../../platform/events/partitions.ts";
import type { Incoming } from "../../platform/events/read-message.ts";
import { backgroundScope } from "../../platform/scope.ts";
import { firstId } from "../../shared/ids.ts";
import { subscriptions } from "../../subscriptions.ts";
import { rollUp } from "./roll-up.ts";
import { summarise } from "./summarise.ts";

const hourMs = 60 * 60 * 1000;

/** An analytics service on a database of a test's own, to which events are brought. */
let database: OwnDatabase;
let deps: Deps;
beforeAll(async () => {
  database = await makeOwnDatabase();
  deps = databaseDeps(database.url, []);
  await migrateAll(deps.config);
}, 60_000);
afterAll(async () => {
  await deps.databases.close();
  await database.drop();
});

const scope = () => backgroundScope(deps, { about: { test: true } });
const bring = (...events: Incoming[]) => deliver(scope(), subscriptions, "analytics", events);
const money = (amount: number) => ({ amount, currency: "USD" });

function told(type: string, key: string, at: Date, data: unknown): Incoming {
  const random = randomUUID();
  const id = `${firstId(at).slice(0, 14)}7${random.slice(15)}`;
  return { id, type, schema: 1, version: 1, occurredAt: at.toISOString(), key, data, traceparent: null };
}

const registered = (userId: string, region: string, at = new Date()) =>
  told("user.registered", userId, at, { email: `${userId}@example.com`, name: "Ada", region });

function paid(userId: string, lines: [sku: string, quantity: number, price: number][], at = new Date()): Incoming {
  const bought = lines.map(([sku, quantity, price]) => ({
    ...{ sku, name: sku, quantity, unitPrice: money(price), total: money(quantity * price) },
  }));
  const total = money(bought.reduce((sum, line) => sum + line.total.amount, 0));
  return told("order.paid", randomUUID(), at, { userId, lines: bought, total, paymentId: null });
}

/** A time in which nothing else of this file happens: the tests share a database. */
let quietHours = 0;
function quietTime(): Date {
  quietHours += 2;
  return new Date(Math.floor(Date.now() / hourMs - quietHours) * hourMs);
}
const within = (start: Date, ms = hourMs) => summarise(scope(), { from: start, to: new Date(start.getTime() + ms) });

describe("the summary", () => {
  test("counts an order once it is paid, its products, and a registration, within 2 s of rest", async () => {
    const token = await adminToken();
    const summary = async () => (await call("GET", "/v1/analytics/summary", { token })).body;
    const before = await summary();
    // More than what the other tests of this process sell, which share the shop: the summary names the best.
    const [sku] = await newProduct(1_000);
    const buyer = await newUser();
    const placed = await placeOrder(buyer.token, [[sku ?? "", 1_000]]);
    expect(placed.status).toBe(201);
    await eventually(async () => {
      const { placed: count, newUsers, orders } = await summary();
      expect(orders).toBe(before.orders);
      return count > before.placed && newUsers > before.newUsers;
    }, 4_000);
    expect((await payOrder(buyer.token, placed.body.id)).status).toBe(201);
    const after = await eventually(async () => {
      const now = await summary();
      return now.orders > before.orders && now;
    }, 4_000);
    expect(after.revenue).toEqual({ amount: before.revenue.amount + placed.body.total.amount, currency: "USD" });
    expect(after.topProducts).toContainEqual({
      sku,
      name: "Test thing, V0",
      quantity: 1_000,
      revenue: placed.body.total,
    });
    expect(after.byCategory.map(({ category }: { category: string }) => category)).toContain("tests");
    expect(after.byRegion.map(({ region }: { region: string }) => region)).toEqual(["main"]);
    expect(new Date(after.to).getTime() - new Date(after.from).getTime()).toBe(30 * 24 * hourMs);
    expect(Math.abs(Date.now() - Date.parse(after.asOf))).toBeLessThan(5_000);
  });

  test("includes its first millisecond and not its end", async () => {
    const start = quietTime();
    const user = randomUUID();
    for (const ms of [-1, 0, 999, 1_000]) await bring(registered(user, "main", new Date(start.getTime() + ms)));
    expect((await within(start, 1_000)).newUsers).toBe(2);
    await rollUp(scope());
    expect((await within(start, 1_000)).newUsers).toBe(2);
  });

  test.each([
    ["?from=2026-01-02&to=2026-01-02", "query.from"],
    ["?from=2025-01-01&to=2026-01-03", "query.from"],
    ["?to=soon", "query.to"],
    ["?from=2026-13-01", "query.from"],
  ])("refuses %s", async (query, path) => {
    const answer = await call("GET", `/v1/analytics/summary${query}`, { token: await adminToken() });
    expect([answer.status, answer.body.errors?.[0].path]).toEqual([422, path]);
  });
});

describe("events", () => {
  test("that come twice count once", async () => {
    const start = quietTime();
    const sale = paid(randomUUID(), [["twice", 1, 500]], start);
    await bring(sale, registered(randomUUID(), "main", start));
    await Promise.all([bring(sale), bring(sale)]);
    expect(await within(start)).toMatchObject({ orders: 1, newUsers: 1, revenue: money(500) });
  });

  test("of money given back take it off where it had been earned; the order still counts", async () => {
    const start = quietTime();
    const userId = randomUUID();
    const givenBack = (amount: number, wasPaid: boolean) => {
      const data = { userId, lines: [], amount: money(amount), full: false, restock: false, wasPaid };
      return told("order.refunded", randomUUID(), start, data);
    };
    await bring(paid(userId, [["back", 1, 500]], start), givenBack(200, true), givenBack(1000, false));
    expect(await within(start)).toMatchObject({ orders: 1, revenue: money(300) });
    await rollUp(scope());
    expect((await within(start)).revenue).toEqual(money(300));
  });

  test("of a user count where the user belongs, and where that is not known yet in this deployment's region", async () => {
    const start = quietTime();
    const [far, unknown] = [randomUUID(), randomUUID()];
    await bring(registered(far, "far", start));
    await bring(paid(far, [["a", 1, 100]], start), paid(unknown, [["a", 1, 10]], start));
    const nothing = { placed: 0, newUsers: 0 };
    expect((await within(start)).byRegion).toEqual([
      { ...nothing, region: "far", orders: 1, revenue: money(100), newUsers: 1 },
      { ...nothing, region: "main", orders: 1, revenue: money(10) },
    ]);
  });

  test("name a SKU by what was said of it last, in whatever order they come", async () => {
    const start = quietTime();
    const sku = `named-${randomUUID()}`;
    const named = (name: string, category: string, at: Date) => {
      const variants = [{ sku, name: "V", price: money(100) }];
      return told("product.changed", randomUUID(), at, { slug: "s", name, category, status: "active", variants });
    };
    await bring(named("New", "new", new Date(start.getTime() + 1)));
    await bring(named("Old", "old", start), paid(randomUUID(), [[sku, 3, 100]], start));
    const summary = await within(start);
    expect(summary.topProducts).toEqual([{ sku, name: "New, V", quantity: 3, revenue: money(300) }]);
    expect(summary.byCategory).toEqual([{ category: "new", quantity: 3, revenue: money(300) }]);
  });
});

describe("the roll-ups", () => {
  test("change no figure of any span, while events and rounds come at once, and made anew", async () => {
    const own = await makeOwnDatabase();
    const alone = databaseDeps(own.url, []);
    await migrateAll(alone.config);
    const here = () => backgroundScope(alone, { about: { test: true } });
    const now = Date.now();
    const times = Array.from({ length: 300 }, () => new Date(now - Math.floor(Math.random() * 6 * 24 * hourMs)));
    const sales = times.map((at, nth) => paid(randomUUID(), [[`sku-${nth % 7}`, 1 + (nth % 3), 100]], at));
    const spans = [[now - 9 * 24 * hourMs, now + 1] as const, ...Array.from({ length: 20 }, () => spanIn(times))];
    const expected = spans.map(([from, to]) => {
      const inside = times.flatMap((at, nth) => (at.getTime() >= from && at.getTime() < to ? [1 + (nth % 3)] : []));
      const units = inside.reduce((sum, quantity) => sum + quantity, 0);
      return { orders: inside.length, revenue: units * 100, units };
    });
    const figures = () =>
      Promise.all(
        spans.map(async ([from, to]) => {
          const { orders, revenue, topProducts } = await summarise(here(), { from: new Date(from), to: new Date(to) });
          return {
            orders,
            revenue: revenue.amount,
            units: topProducts.reduce((sum, { quantity }) => sum + quantity, 0),
          };
        }),
      );
    const batches = Array.from({ length: 30 }, (_, nth) => sales.slice(nth * 10, nth * 10 + 10));
    await Promise.all([
      ...batches.map((batch) => deliver(here(), subscriptions, "analytics", batch)),
      ...Array.from({ length: 10 }, () => rollUp(here())),
    ]);
    expect(await figures()).toEqual(expected);
    await Promise.all([rollUp(here()), rollUp(here()), rollUp(here())]);
    expect(await figures()).toEqual(expected);
    const { sql } = alone.databases.of("analytics").primary();
    const rolled = async () =>
      (await sql`select sum(orders)::int as n from analytics.by_region where grain = 'day'`)[0]?.n;
    await eventually(async () => {
      await rollUp(here());
      return (await rolled()) === 300;
    });
    await sql`select analytics.rebuild_roll_ups()`;
    expect([await rolled(), await figures()]).toEqual([null, expected]);
    await eventually(async () => {
      await rollUp(here());
      return (await rolled()) === 300;
    });
    expect(await figures()).toEqual(expected);
    await alone.databases.close();
    await own.drop();
  });
});

test("the upkeep gives the events their weeks ahead and drops them after 800 days", async () => {
  const { sql } = deps.databases.of("analytics").primary();
  const weeks = async () => {
    const rows = await sql<{ name: string }[]>`
      select relname as name from pg_class
       where relnamespace = 'analytics'::regnamespace and relkind = 'r' and relname like 'events\\_%' order by 1`;
    return rows.map(({ name }) => name);
  };
  const before = await weeks();
  expect(before).toHaveLength(6);
  const old = (days: number) => new Date(Date.now() - days * 24 * hourMs).toISOString().slice(0, 10);
  const [kept, dropped] = [old(790), old(815)];
  for (const day of [kept, dropped])
    await sql.unsafe(`create table analytics.events_${day.replaceAll("-", "")} partition of analytics.events
      for values from (events.first_id('${day}')) to (events.first_id('${day}'::date + 7))`);
  await sql.unsafe(`drop table analytics.${before.at(-1)}`);
  await partitionUpkeep(scope());
  expect(await weeks()).toEqual([`events_${kept.replaceAll("-", "")}`, ...before]);
});

/** From one moment to another, each near an event. */
function spanIn(times: readonly Date[]): readonly [from: number, to: number] {
  const at = () => times[Math.floor(Math.random() * times.length)]?.getTime() ?? 0;
  const [one, other] = [at(), at()].toSorted((a, b) => a - b);
  return [one ?? 0, (other ?? 0) + 1];
}
