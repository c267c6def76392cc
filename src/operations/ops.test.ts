import { beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { call, eventually, logIn, newProduct, newUser, payOrder, placeOrder } from "../../tests/support/client.ts";
import { openShop, openTestDeps } from "../../tests/support/shop.ts";
import { app } from "../app.ts";
import type { Deps } from "../platform/deps.ts";

let operator = "";
beforeAll(async () => {
  operator = await logIn("operator@headroom.local", "headroom-operator");
});

const ask = (path: string) => call("GET", path, { token: operator });
const tell = (path: string, body?: object) => call("POST", path, { token: operator, ...(body && { body }) });
const pathOf = ({ body }: { body: { errors: { path: string }[] } }) => body.errors[0]?.path;

/** A dead event of a consumer, which is told of a SKU; answers its id. */
async function bury(consumer: string, sku: string, eventId: string = Bun.randomUUIDv7()): Promise<string> {
  const { sql } = await openShop();
  const body = { version: 1, occurredAt: new Date().toISOString(), key: sku, traceparent: null };
  const event = { ...body, id: eventId, type: "stock.changed", data: { sku, available: true } };
  const [row] = await sql`
    insert into events.dead (consumer, event_id, type, body, attempts, last_error)
    values (${consumer}, ${eventId}, 'stock.changed', ${sql.json(event)}, 6, 'It could not.') returning id`;
  return row?.id;
}

async function inboxOf(eventId: string): Promise<string[]> {
  const { sql } = await openShop();
  const rows = await sql`select consumer from events.inbox where event_id = ${eventId} order by consumer`;
  return rows.map(({ consumer }) => consumer);
}

describe("an operator", () => {
  test("sees how each service and its events stand", async () => {
    await bury("catalog.availability", "SKU-1");
    const { body } = await ask("/v1/ops/overview");
    expect(body.redis).toBe("ok");
    const names = ["identity", "catalog", "inventory", "orders", "payments", "notifications", "analytics"];
    expect(body.services.map(({ name }: { name: string }) => name)).toEqual(names);
    for (const { status, unpublishedEvents } of body.services) {
      expect(status).toBe("ok");
      expect(unpublishedEvents).toBeWithin(0, 1_001);
    }
    const dead = Object.fromEntries(
      body.services.map((of: { name: string; deadEvents: number }) => [of.name, of.deadEvents]),
    );
    expect(dead.catalog).toBeGreaterThanOrEqual(1);
    expect(dead.identity).toBe(0);
  });

  test("sees that a service and Redis are away, and the rest nevertheless", async () => {
    const { config } = await openShop();
    const services = new Set([...config.SERVICES].filter((name) => name !== "payments"));
    const opened = openTestDeps({ ...config, SERVICES: services, SERVICE_URLS: {} });
    const redis: Deps["redis"] = { ...opened.redis, ping: () => Promise.reject(new Error("away")) };
    const headers = { Authorization: `Bearer ${operator}` };
    const answer = await app.request("/v1/ops/overview", { headers }, { ...opened, redis });
    const body = (await answer.json()) as { redis: string; services: { name: string; status: string }[] };
    await opened.close();
    expect(body.redis).toBe("away");
    expect(body.services.filter(({ status }) => status === "away")).toEqual([
      {
        name: "payments",
        status: "away",
        unpublishedEvents: null,
        unpublishedSince: null,
        deadEvents: null,
      } as object as never,
    ]);
  });

  test("walks the dead events, newest first, each once", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift(await bury("catalog.availability", `SKU-${n}`));
    const walked: string[] = [];
    for (let path = "/v1/ops/dead-events?limit=2"; path !== ""; ) {
      const { body, headers } = await ask(path);
      walked.push(...body.data.map(({ id }: { id: string }) => id));
      path = /<(.*)>/.exec(headers.get("link") ?? "")?.[1] ?? "";
    }
    expect(walked.slice(0, 5)).toEqual(ids);
    expect(new Set(walked).size).toBe(walked.length);
    const { body } = await ask("/v1/ops/dead-events?limit=1");
    expect(body.data[0]).toMatchObject({
      id: ids[0],
      consumer: "catalog.availability",
      attempts: 6,
      lastError: "It could not.",
    });
    expect(body.data[0].diedAt).toMatch(/^\d{4}-.*Z$/);
  });

  test("replays one: it takes effect, is dead no more, and is not found again", async () => {
    const eventId = Bun.randomUUIDv7();
    const id = await bury("catalog.availability", `SKU-${randomUUID()}`, eventId);
    const answers = [await tell(`/v1/ops/dead-events/${id}/replay`), await tell(`/v1/ops/dead-events/${id}/replay`)];
    expect(answers.map(({ status }) => status)).toEqual([202, 404]);
    expect(answers[0]?.body).toEqual({ id, outcome: "done" });
    expect(await inboxOf(eventId)).toEqual(["catalog.availability"]);
  });

  test("is told that one failed again, and why", async () => {
    const id = await bury("catalog.availability", "SKU", "019a0000-0000-7000-8000-0000000000aa");
    expect((await tell(`/v1/ops/dead-events/${id}/replay`)).body).toEqual({ id, outcome: "failed" });
    const { body } = await ask("/v1/ops/dead-events?limit=100");
    const row = body.data.find((of: { id: string }) => of.id === id);
    expect([row.attempts, row.lastError]).toEqual([7, expect.stringContaining("45 days")]);
  });

  test("does not find one whose consumer there is no more", async () => {
    const id = await bury("catalog.gone", "SKU");
    expect((await tell(`/v1/ops/dead-events/${id}/replay`)).status).toBe(404);
  });

  test("brings a consumer what it missed in a range, and nothing twice; no other consumer hears of it", async () => {
    const { sql } = await openShop();
    const from = new Date(Date.now() - 1_000).toISOString();
    const { token } = await newUser();
    const [sku = ""] = await newProduct(5);
    const placed = await placeOrder(token, [[sku, 1]]);
    await payOrder(token, placed.body.id);
    const paid = async () =>
      (await sql`select id from events.outbox where type = 'order.paid' and key = ${placed.body.id}`)[0];
    const { id } = await eventually(paid);
    const everyone = await eventually(async () => {
      const consumers = await inboxOf(id);
      return consumers.length === 4 && consumers;
    });
    expect(everyone).toContain("notifications.receipt");
    await sql`delete from events.inbox where event_id = ${id} and consumer in ('notifications.receipt', 'inventory.commit')`;
    await sql`delete from notifications.notifications where kind = 'receipt' and user_id = ${placed.body.userId}`;
    const range = { from, to: new Date(Date.now() + 60_000).toISOString() };
    const answer = await tell("/v1/ops/replays", { consumer: "notifications.receipt", ...range });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ consumer: "notifications.receipt", ...range, failed: 0, nextFrom: null });
    expect(answer.body.events).toBeGreaterThanOrEqual(1);
    const rest = everyone.filter((consumer) => consumer !== "inventory.commit");
    expect(await inboxOf(id)).toEqual(rest);
    await tell("/v1/ops/replays", { consumer: "notifications.receipt", ...range });
    const notes =
      await sql`select id from notifications.notifications where kind = 'receipt' and user_id = ${placed.body.userId}`;
    expect(notes.length).toBe(1);
  });

  test("is told where to go on from where a range holds more than one request may look at", async () => {
    const { sql } = await openShop();
    const product = { slug: "told", name: "Told", category: "tests", status: "active", variants: [] };
    const tellAt = (minutes: number) => sql`
      insert into events.outbox (id, type, key, version, data)
      values (uuidv7(make_interval(mins => ${minutes})), 'product.changed', ${randomUUID()}, 1, ${sql.json(product)})`;
    await tellAt(119);
    await sql`
      insert into events.outbox (id, type, key, version, data)
      select uuidv7('2 hours'), 'nobody.hears', 'filler', 1, '{}' from generate_series(1, 20500)`;
    await tellAt(122);
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const range = { consumer: "catalog.caches", from: at(118), to: at(124) };
    const first = await tell("/v1/ops/replays", range);
    expect([first.status, first.body.events, first.body.failed]).toEqual([202, 1, 0]);
    expect(first.body.nextFrom > range.from && first.body.nextFrom < range.to).toBe(true);
    const rest = await tell("/v1/ops/replays", { ...range, from: first.body.nextFrom });
    expect([rest.body.events, rest.body.nextFrom]).toEqual([1, null]);
  });

  test("is refused a consumer that there is not, a range before what is remembered and one that is empty", async () => {
    const consumer = "catalog.availability";
    const now = new Date().toISOString();
    const replay = (body: object) => tell("/v1/ops/replays", body).then(pathOf);
    expect(await replay({ consumer: "catalog.nothing", from: now, to: now })).toBe("consumer");
    expect(await replay({ consumer, from: "2001-01-01T00:00:00Z", to: now })).toBe("from");
    expect(await replay({ consumer, from: now, to: now })).toBe("to");
    expect(await replay({ consumer, from: "yesterday", to: now })).toBe("from");
  });
});
