import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { type Answer, callAt, eventually } from "../support/client.ts";
import { leftoversOf } from "../support/leftovers.ts";
import { deployments, type ServicesApart, startServicesApart } from "../support/services-apart.ts";

const services = deployments.filter((name) => name !== "gateway");

let shop: ServicesApart;
beforeAll(async () => {
  shop = await startServicesApart();
}, 60_000);
afterAll(() => shop.close());

const call = (method: string, path: string, options: Parameters<typeof callAt>[3] = {}): Promise<Answer> =>
  callAt(shop.url, method, path, options);

async function newBuyer() {
  const email = `apart-${randomUUID()}@example.com`;
  const password = `pass-${randomUUID()}`;
  const registered = await call("POST", "/v1/users", { body: { email, password, name: "A Buyer" } });
  expect(registered.status).toBe(201);
  return { email, password };
}

async function logIn(email: string, password: string): Promise<string> {
  const session = await call("POST", "/v1/sessions", { body: { email, password } });
  expect(session.status).toBe(201);
  return session.body.accessToken;
}

async function someSku(): Promise<string> {
  const list = await call("GET", "/v1/products?available=true&limit=1");
  expect(list.status).toBe(200);
  return list.body.data[0].variants[0].sku;
}

const order = (token: string, sku: string, key: string = randomUUID()) =>
  call("POST", "/v1/orders", { token, key, body: { lines: [{ sku, quantity: 1 }] } });

const pay = (token: string, id: string) =>
  call("POST", `/v1/orders/${id}/payments`, { token, key: randomUUID(), body: { paymentMethod: "pm_ok" } });

/** A delivery that finds nobody comes again 1 s, 7 s and 43 s after the first: the third, should a start take that long. */
const thirdRetryMs = 50_000;

async function until(status: string, token: string, id: string, withinMs?: number): Promise<Answer> {
  return eventually(async () => {
    const answer = await call("GET", `/v1/orders/${id}`, { token });
    return answer.body.status === status && answer;
  }, withinMs);
}

async function mailsTo(email: string): Promise<string[]> {
  const { body } = await callAt(shop.env.MAILBOX_URL ?? "", "GET", `/messages?to=${encodeURIComponent(email)}`);
  return body.data.map(({ kind }: { kind: string }) => kind).toSorted();
}

async function stockOf(sku: string): Promise<{ onHand: number; reserved: number }> {
  const admin = await logIn("admin@headroom.local", "headroom-admin");
  return (await call("GET", `/v1/stock/${sku}`, { token: admin })).body;
}

describe("a gateway and each service as processes of their own, with databases of their own", () => {
  test("sell a thing, tell the buyer, and take it back", async () => {
    const { email, password } = await newBuyer();
    const token = await logIn(email, password);
    const sku = await someSku();
    const before = await stockOf(sku);
    const placed = await order(token, sku);
    expect(placed.status).toBe(201);
    const { id } = placed.body;
    expect(await stockOf(sku)).toMatchObject({ reserved: before.reserved + 1 });

    const paid = await pay(token, id);
    expect([paid.status, paid.body.status]).toEqual([201, "captured"]);
    await until("paid", token, id);
    await eventually(async () => (await mailsTo(email)).join() === "receipt,welcome");
    await eventually(async () => (await stockOf(sku)).onHand === before.onHand - 1);
    const news = await eventually(async () => {
      const { body } = await call("GET", "/v1/notifications", { token });
      return body.data.length === 2 && body.data;
    });
    expect(news.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual(["receipt", "welcome"]);

    const cancelled = await call("POST", `/v1/orders/${id}/cancel`, { token });
    expect([cancelled.status, cancelled.body.status]).toEqual([200, "cancelled"]);
    await eventually(async () => {
      const { body } = await call("GET", `/v1/payments/${paid.body.id}`, { token });
      return body.status === "refunded";
    });
  });

  test("answer a write with a token that covers each database it wrote", async () => {
    const { email, password } = await newBuyer();
    const token = await logIn(email, password);
    const placed = await order(token, await someSku());
    const covered = placed.headers.get("consistency-token") ?? "";
    expect(covered.split(",").map((part) => part.split(":")[0])).toEqual(["orders", "inventory"]);
    const read = await call("GET", `/v1/orders/${placed.body.id}`, {
      token,
      headers: { "Consistency-Token": covered },
    });
    expect([read.status, read.body.id]).toEqual([200, placed.body.id]);
  });

  test("run each job where the data are: an order that nobody pays expires", async () => {
    const queue = { url: shop.env.QSTASH_URL ?? "", headers: { Authorization: `Bearer ${shop.env.QSTASH_TOKEN}` } };
    const { body: schedules } = await callAt(queue.url, "GET", "/v2/schedules", queue);
    const paths = schedules.map(({ destination }: { destination: string }) => destination.replace(shop.url, ""));
    const everywhere = ["relay-sweep", "partition-upkeep"].flatMap((job) => services.map((one) => `${job}/${one}`));
    const own = [
      "delete-expired/identity",
      "expire-orders/orders",
      "sweep-reservations/inventory",
      "reconcile-payments/payments",
      "roll-up-analytics/analytics",
    ];
    expect(paths.toSorted()).toEqual([...everywhere, ...own].map((path) => `/internal/jobs/${path}`).toSorted());

    const { email, password } = await newBuyer();
    const token = await logIn(email, password);
    const placed = await order(token, await someSku());
    const sql = postgres(shop.env.ORDERS_DATABASE_URL ?? "", { max: 1, onnotice: () => undefined });
    await sql`update orders.orders set expires_at = now() - interval '1 second' where id = ${placed.body.id}`;
    await sql.end();
    const job = `${shop.url}/internal/jobs/expire-orders/orders`;
    await callAt(queue.url, "POST", `/v2/publish/${job}`, { ...queue, body: {} });
    await until("expired", token, placed.body.id);
  });

  test("show an operator all of them, and bring a consumer what it missed from the log of another", async () => {
    const operator = await logIn("operator@headroom.local", "headroom-operator");
    const from = new Date(Date.now() - 1_000).toISOString();
    const { email, password } = await newBuyer();
    const token = await logIn(email, password);
    const headers = { "Read-Consistency": "strong" };
    const news = async () => (await call("GET", "/v1/notifications", { token, headers })).body.data.length;
    await eventually(async () => (await news()) === 1);
    const sql = postgres(shop.env.NOTIFICATIONS_DATABASE_URL ?? "", { max: 1, onnotice: () => undefined });
    const { body: buyer } = await call("GET", "/v1/users/me", { token });
    await sql`delete from notifications.notifications where kind = 'welcome' and user_id = ${buyer.id}`;
    await sql`delete from events.inbox where consumer = 'notifications.welcome' and at > now() - interval '10 seconds'`;
    expect(await news()).toBe(0);
    const range = { from, to: new Date(Date.now() + 1_000).toISOString() };
    const body = { consumer: "notifications.welcome", ...range };
    const replayed = await call("POST", "/v1/ops/replays", { token: operator, body });
    expect([replayed.status, replayed.body.failed, replayed.body.nextFrom]).toEqual([202, 0, null]);
    expect(replayed.body.events).toBeGreaterThan(0);
    expect(await news()).toBe(1);

    const dead = { id: Bun.randomUUIDv7(), type: "user.registered", version: 1, occurredAt: from, key: randomUUID() };
    const event = { ...dead, data: { email, name: "Dead", region: "main" }, traceparent: null };
    const [buried] = await sql`
      insert into events.dead (consumer, event_id, type, body, attempts, last_error)
      values ('notifications.contact', ${dead.id}, ${dead.type}, ${sql.json(event)}, 6, 'It could not.') returning id`;
    await sql.end();
    const overview = await call("GET", "/v1/ops/overview", { token: operator });
    const counts = overview.body.services.map((of: { name: string; deadEvents: number }) => [of.name, of.deadEvents]);
    expect(counts).toEqual(services.map((name) => [name, name === "notifications" ? 1 : 0]));
    const list = await call("GET", "/v1/ops/dead-events", { token: operator });
    expect(list.body.data).toMatchObject([{ id: buried?.id, eventId: dead.id, consumer: "notifications.contact" }]);
    const replay = await call("POST", `/v1/ops/dead-events/${buried?.id}/replay`, { token: operator });
    expect([replay.status, replay.body.outcome]).toEqual([202, "done"]);
    expect((await call("GET", "/v1/ops/dead-events", { token: operator })).body.data).toEqual([]);
  });

  test("keep the caller's request id and refuse as one deployment does", async () => {
    const headers = { "X-Request-Id": "my-request-0001" };
    const refused = await call("GET", "/v1/orders", { headers });
    expect([refused.status, refused.body.requestId]).toEqual([401, "my-request-0001"]);
    const method = await call("DELETE", "/v1/orders");
    expect([method.status, method.headers.get("allow")]).toEqual([405, "POST, GET, HEAD"]);
    const picture = await call("GET", "/v1/products?limit=1");
    const etag = picture.headers.get("etag") ?? "";
    expect((await call("GET", "/v1/products?limit=1", { headers: { "If-None-Match": etag } })).status).toBe(304);
  });

  test("go on without the catalog, and say which service is away until it is back", async () => {
    const { email, password } = await newBuyer();
    const token = await logIn(email, password);
    const sku = await someSku();
    await shop.kill("catalog");
    const away = await call("GET", "/v1/categories");
    expect([away.status, away.body.type.split("/").at(-1), away.body.service]).toEqual([
      503,
      "service-unavailable",
      "catalog",
    ]);
    expect(away.headers.get("retry-after")).toBe("1");
    const placed = await order(token, sku);
    expect(placed.status).toBe(201);
    expect((await pay(token, placed.body.id)).status).toBe(201);
    await until("paid", token, placed.body.id);
    await shop.start("catalog");
    await eventually(async () => (await call("GET", "/v1/categories")).status === 200);
  });

  test("refuse an order while inventory is away, and place it under the same key once it is back", async () => {
    const { email, password } = await newBuyer();
    const token = await logIn(email, password);
    const sku = await someSku();
    const key = randomUUID();
    await shop.kill("inventory");
    const away = await order(token, sku, key);
    expect([away.status, away.body.type.split("/").at(-1), away.body.service]).toEqual([
      503,
      "service-unavailable",
      "inventory",
    ]);
    await shop.start("inventory");
    const placed = await eventually(async () => {
      const again = await order(token, sku, key);
      return again.status === 201 && again;
    });
    expect(placed.body.status).toBe("pending");
  });

  test("know an API key of identity's, refuse it within a second of its end, and do without identity for a known one", async () => {
    const admin = await logIn("admin@headroom.local", "headroom-admin");
    const body = { name: "Warehouse", scopes: ["stock:write"] };
    const [known, ended, unknown] = [
      (await call("POST", "/v1/api-keys", { token: admin, body })).body,
      (await call("POST", "/v1/api-keys", { token: admin, body })).body,
      (await call("POST", "/v1/api-keys", { token: admin, body })).body,
    ];
    const use = (key: string) => call("GET", "/v1/stock?limit=1", { token: key });
    expect([(await use(known.key)).status, (await use(ended.key)).status]).toEqual([200, 200]);
    expect((await call("DELETE", `/v1/api-keys/${ended.id}`, { token: admin })).status).toBe(204);
    await eventually(async () => (await use(ended.key)).status === 401, 1_000);
    await shop.kill("identity");
    await Bun.sleep(1_000);
    expect([(await use(known.key)).status, (await use(ended.key)).status]).toEqual([200, 401]);
    const away = await use(unknown.key);
    expect([away.status, away.body.service, away.headers.get("retry-after")]).toEqual([503, "identity", "1"]);
    await shop.start("identity");
    await eventually(async () => (await use(unknown.key)).status === 200);
  });

  test("bring the events of a service's absence to it once it is back", async () => {
    await shop.kill("notifications");
    const { email } = await newBuyer();
    await Bun.sleep(1_000);
    expect(await mailsTo(email)).toEqual([]);
    await shop.start("notifications");
    await eventually(async () => (await mailsTo(email)).join() === "welcome", thirdRetryMs);
  }, 90_000);

  test("erase a user from every database, once they have handed over what they kept", async () => {
    const { email, password } = await newBuyer();
    const token = await logIn(email, password);
    const [name, key] = [`Addressee of ${email}`, randomUUID()];
    const shippingAddress = { name, line1: "1 Street", city: "City", postalCode: "1234", country: "DE" };
    const body = { lines: [{ sku: await someSku(), quantity: 1 }], shippingAddress };
    const placed = await call("POST", "/v1/orders", { token, key, body });
    expect(placed.status).toBe(201);
    await eventually(async () => (await call("GET", "/v1/notifications", { token })).body.data.length === 1);
    const { status, body: kept } = await call("GET", "/v1/users/me/export", { token });
    expect([status, kept.user.email, kept.orders[0].shippingAddress]).toEqual([200, email, shippingAddress]);
    expect([kept.sessions, kept.payments, kept.notifications].map(({ length }) => length)).toEqual([1, 0, 1]);

    const found = async () => (await Promise.all(services.map((one) => leftoversOf(shop.env, one, email)))).flat();
    expect(await found()).toEqual([
      "identity: events.outbox",
      "identity: identity.users",
      "orders: orders.orders",
      "notifications: notifications.contacts",
    ]);
    expect((await call("DELETE", "/v1/users/me", { token })).status).toBe(202);
    await eventually(async () => (await found()).length === 0, 60_000);
    // Another instance believes for less than a second what it knew of the session.
    await eventually(async () => (await call("GET", "/v1/orders", { token })).status === 401, 1_000);
  }, 90_000);

  test("go on with a journey although every instance is replaced between two requests", async () => {
    const { email, password } = await newBuyer();
    // A delivery waits the longer the more replacements it meets: of these, none does.
    await eventually(async () => (await mailsTo(email)).join() === "welcome");
    await shop.replaceAll();
    const token = await logIn(email, password);
    await shop.replaceAll();
    const sku = await someSku();
    await shop.replaceAll();
    const key = randomUUID();
    const placed = await order(token, sku, key);
    expect(placed.status).toBe(201);
    await shop.replaceAll();
    const replayed = await order(token, sku, key);
    expect([replayed.body.id, replayed.headers.get("idempotency-replayed")]).toEqual([placed.body.id, "true"]);
    expect((await pay(token, placed.body.id)).status).toBe(201);
    await shop.replaceAll();
    await until("paid", token, placed.body.id, thirdRetryMs);
    await eventually(async () => (await mailsTo(email)).join() === "receipt,welcome");
    await shop.replaceAll();
    const cancelled = await call("POST", `/v1/orders/${placed.body.id}/cancel`, { token });
    expect([cancelled.status, cancelled.body.status]).toEqual([200, "cancelled"]);
  }, 120_000);
});
