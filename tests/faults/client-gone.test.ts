import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { app } from "../../src/app.ts";
import { readConfig } from "../../src/platform/config.ts";
import { derivedId } from "../../src/platform/hash.ts";
import { callAt, eventually, newProduct, newUser, placeOrder, type User } from "../support/client.ts";
import { type CuttingProxy, startCuttingProxy } from "../support/cutting-proxy.ts";
import { openShop, openTestDeps, type Shop } from "../support/shop.ts";

// One more server of the shop, with a single connection to the database, which a test can hold: what is asked then waits.
let shop: Shop;
let user: User;
let url: string;
let stop: () => Promise<void>;
let proxy: CuttingProxy;
let sent = "";
let deps: ReturnType<typeof openTestDeps>;
let lines: { message: string; level: string; path?: string; status?: number }[] = [];
let log: ReturnType<typeof spyOn>;

beforeAll(async () => {
  shop = await openShop();
  user = await newUser();
  const primary = new URL(shop.config.DATABASE_URL);
  proxy = startCuttingProxy({ hostname: primary.hostname, port: Number(primary.port) }, (chunk) => {
    sent += chunk;
    return "pass";
  });
  const through = Object.assign(new URL(primary), { hostname: "127.0.0.1", port: String(proxy.port) }).href;
  const own = { DATABASE_URL: through, DATABASE_REPLICA_URLS: "", DATABASE_POOL: "1", LOG_LEVEL: "info" };
  deps = openTestDeps(readConfig({ ...shop.env, ...own }));
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.fetch(request, deps) });
  url = server.url.origin;
  stop = () => server.stop(true);
  // Whoever comes first awaits more than the database.
  await callAt(url, "GET", "/v1/users/me", { token: user.token, headers: strong });
});
afterAll(async () => {
  await stop();
  await deps.close();
  proxy.stop();
});

beforeEach(() => {
  sent = "";
  lines = [];
  log = spyOn(console, "log").mockImplementation((line: string) => void lines.push(JSON.parse(line)));
});
afterEach(() => log.mockRestore());

const strong = { "Read-Consistency": "strong" };

describe("A client of a busy server", () => {
  test("that leaves before its read's turn came: the read is never sent, and the log says that the client left", async () => {
    const { path, id } = await newOrder();
    const release = await holdConnection();
    await askAndLeave("GET", path);
    await eventually(async () => statusOf(path) === 499);
    await release();
    await afterAllBefore();
    expect(sent).not.toContain(id);
    expect(lines.filter(({ level }) => level !== "info")).toEqual([]);
  });

  test("that stays gets its answer", async () => {
    const { path, id } = await newOrder();
    const release = await holdConnection();
    const answer = ask(path);
    await Bun.sleep(leavesAfterMs);
    await release();
    expect(await answer).toMatchObject({ status: 200, body: { id } });
    expect(sent).toContain(id);
    expect(statusOf(path)).toBe(200);
  });

  test("that leaves while its read runs takes nobody else's with it, though both share the connection", async () => {
    const [left, stays] = [await newOrder(), await newOrder()];
    // Both statements are known to the connection, so that they go one right behind the other.
    await ask(left.path);
    lines = [];
    const unlock = await lockOrders();
    const leaving = askAndLeave("GET", left.path);
    await eventually(async () => sent.split(left.id).length > 2);
    const answer = ask(stays.path);
    await leaving;
    await eventually(async () => statusOf(left.path) === 499 && sent.includes(stays.id));
    await unlock();
    expect(await answer).toMatchObject({ status: 200, body: { id: stays.id } });
    expect(lines.filter(({ level }) => level !== "info")).toEqual([]);
  });

  test("that leaves a look-up which others share: they get theirs, its own is left out", async () => {
    const [left = "", stays = ""] = await Promise.all([newProductId(), newProductId()]);
    const [leftPath, staysPath] = [`/v1/products/${left}`, `/v1/products/${stays}`];
    const release = await holdConnection();
    // The first makes the statement that waits for the connection; the others wait for the next one together.
    const first = ask(staysPath);
    await Bun.sleep(leavesAfterMs);
    const second = ask(staysPath);
    await askAndLeave("GET", leftPath, strong);
    await eventually(async () => statusOf(leftPath) === 499);
    await release();
    for (const answer of [await first, await second])
      expect(answer).toMatchObject({ status: 200, body: { id: stays } });
    await afterAllBefore();
    expect(sent).not.toContain(left);
  });

  test("that leaves a page being fetched for the cache: whoever joined gets it", async () => {
    const id = await newProductId();
    const path = `/v1/products?ids=${id}`;
    const release = await holdConnection();
    const leaving = askAndLeave("GET", path, {});
    await Bun.sleep(leavesAfterMs / 2);
    const joined = callAt(url, "GET", path);
    await leaving;
    await eventually(async () => statusOf("/v1/products") === 499);
    await release();
    expect(await joined).toMatchObject({ status: 200, body: { data: [{ id }] } });
    expect(sent.split(id).length - 1).toBe(1);
  });

  test("that leaves behind an order has ordered", async () => {
    const [sku = ""] = await newProduct(1);
    const key = randomUUID();
    const release = await holdConnection();
    await askAndLeave("POST", "/v1/orders", { "Idempotency-Key": key }, { lines: [{ sku, quantity: 1 }] });
    await Bun.sleep(leavesAfterMs);
    await release();
    const id = derivedId("order", user.id, key);
    await eventually(async () => (await shop.sql`select from checks.orders where id = ${id}`).length === 1);
    // The row is there before the answer is.
    await eventually(async () => statusOf("/v1/orders") === 201);
  });
});

const leavesAfterMs = 100;

async function newOrder() {
  const [sku = ""] = await newProduct(1);
  const { body } = await placeOrder(user.token, [[sku, 1]]);
  return { id: body.id as string, path: `/v1/orders/${body.id}` };
}

async function newProductId(): Promise<string> {
  const [sku = ""] = await newProduct(1);
  const [row] = await shop.sql<{ id: string }[]>`select product_id as id from catalog.skus where sku = ${sku}`;
  return row?.id ?? "";
}

const ask = (path: string) => callAt(url, "GET", path, { token: user.token, headers: strong });

/** Sends the request, waits until it must be waiting, and cuts the connection. */
async function askAndLeave(
  method: string,
  path: string,
  more: Readonly<Record<string, string>> = strong,
  body?: unknown,
): Promise<void> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const headers = {
    Host: "shop",
    Authorization: `Bearer ${user.token}`,
    ...more,
    ...(text === "" ? {} : { "Content-Type": "application/json", "Content-Length": String(text.length) }),
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.on("connect", resolve));
  socket.write(`${method} ${path} HTTP/1.1\r\n${head.join("")}\r\n${text}`);
  await Bun.sleep(leavesAfterMs);
  socket.destroy();
}

const statusOf = (path: string) => lines.find((line) => line.message === "request" && line.path === path)?.status;

/** A transaction on the server's only connection. Answers how to end it. */
async function holdConnection(): Promise<() => Promise<void>> {
  const { sql } = deps.databases.of("orders").primary();
  return await holding((held) => sql.begin(() => held()));
}

/** No read of orders gets past it. Answers how to end it. */
async function lockOrders(): Promise<() => Promise<void>> {
  return await holding((held) =>
    shop.sql.begin(async (sql) => {
      await sql`lock table orders.orders in access exclusive mode`;
      await held();
    }),
  );
}

async function holding(hold: (held: () => Promise<void>) => Promise<unknown>): Promise<() => Promise<void>> {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const whole = hold(() => {
    begun.resolve();
    return end.promise;
  });
  await begun.promise;
  return async () => {
    end.resolve();
    await whole;
  };
}

/** The server's only connection has answered all that was asked before. */
async function afterAllBefore(): Promise<void> {
  await deps.databases.of("orders").primary().sql`select 1`;
}
