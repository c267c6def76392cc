import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { callAt, eventually, newProduct, pool } from "../support/client.ts";
import { type Edge, startEdge } from "../support/edge.ts";
import { openShop } from "../support/shop.ts";

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge();
}, 60_000);
afterAll(() => edge.stop());

const at = (method: string, path: string, options?: Parameters<typeof callAt>[3]) =>
  callAt(edge.url, method, path, options);

async function newBuyer(): Promise<string> {
  const account = { email: `edge-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
  expect((await at("POST", "/v1/users", { body: { ...account, name: "Edge Buyer" } })).status).toBe(201);
  return (await at("POST", "/v1/sessions", { body: account })).body.accessToken;
}

async function someProduct(): Promise<string> {
  return (await at("GET", "/v1/products?limit=1")).body.data[0].id;
}

/** Until the deliveries of earlier events have ended. */
async function untilQuiet(): Promise<void> {
  await eventually(async () => {
    const before = edge.connections();
    await Bun.sleep(1_000);
    return edge.connections() === before;
  }, 20_000);
}

describe("the app in workerd", () => {
  test("answers 50 requests in a row and 200 at once, though no request may use what another opened", async () => {
    const [sku] = await newProduct(1_000);
    const token = await newBuyer();
    const product = await someProduct();
    const order = () => at("POST", "/v1/orders", { token, key: randomUUID(), body: { lines: [{ sku, quantity: 1 }] } });
    const kinds = [
      () => at("GET", `/v1/products/${product}`),
      () => at("GET", "/v1/users/me", { token }),
      () => at("GET", "/v1/products?limit=5"),
      () => at("GET", "/v1/orders", { token }),
      order,
    ];
    const requests = (count: number) =>
      Array.from({ length: count }, (_, index) => kinds[index % kinds.length] ?? order);
    const answers = [...(await pool(requests(50), 1)), ...(await pool(requests(200), 200))];
    expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([200, 201]);
    const { sql } = await openShop();
    expect([...(await sql`select reserved from checks.stock where sku = ${sku ?? ""}`)]).toEqual([{ reserved: 50 }]);
  });

  test("batches share their request's one connection without waiting for themselves, and their parts act once each", async () => {
    const [sku] = await newProduct(1_000);
    const product = await someProduct();
    const lines = [{ sku, quantity: 1 }];
    const tokens = await pool(Array<typeof newBuyer>(6).fill(newBuyer), 1);
    const send = async (token: string) => {
      const key = randomUUID();
      const get = (path: string) => ({ id: path, method: "GET", path });
      const order = {
        id: "order",
        method: "POST",
        path: "/v1/orders",
        headers: { "Idempotency-Key": key },
        body: { lines },
      };
      const rename = { id: "name", method: "PATCH", path: "/v1/users/me", body: { name: "In A Batch" } };
      const cart = { id: "cart", method: "PUT", path: "/v1/cart", body: { lines } };
      const reads = ["/v1/users/me", "/v1/orders", "/v1/notifications", `/v1/products/${product}`, "/v1/cart"].map(get);
      const requests = [...reads, order, ...reads, rename, cart, order, ...reads].slice(0, 20);
      const { status, body } = await at("POST", "/v1/batch", { token, body: { requests } });
      expect(status).toBe(200);
      return body.responses.map((part: { status: number }) => part.status);
    };
    const reads = Array(5).fill(200);
    const expected = [...reads, 201, ...reads, 200, 200, 201, ...reads];
    for (const statuses of await Promise.all(tokens.map(send))) expect(statuses).toEqual(expected);
    const { sql } = await openShop();
    expect([...(await sql`select reserved from checks.stock where sku = ${sku ?? ""}`)]).toEqual([{ reserved: 6 }]);
  });

  test("a paid order becomes paid: the relay runs between requests, and what it sends comes back", async () => {
    const [sku] = await newProduct(1);
    const token = await newBuyer();
    const placed = await at("POST", "/v1/orders", {
      token,
      key: randomUUID(),
      body: { lines: [{ sku, quantity: 1 }] },
    });
    const path = `/v1/orders/${placed.body.id}`;
    await at("POST", `${path}/payments`, { token, key: randomUUID(), body: { paymentMethod: "pm_ok" } });
    await eventually(async () => (await at("GET", path, { token })).body.status === "paid");
  });

  test("a cached read opens no database connection", async () => {
    const path = `/v1/products/${await someProduct()}`;
    await untilQuiet();
    await at("GET", path);
    // Well within the 5 s after which a read asks anew, and behind all that the first one began.
    await Bun.sleep(500);
    const before = edge.connections();
    for (let read = 0; read < 20; read++) {
      const answer = await at("GET", path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-status")).toContain("hit");
    }
    expect(edge.connections()).toBe(before);
    expect(before).toBeGreaterThan(0);
  });

  test("serves the API page's assets with their types and the usual headers", async () => {
    const style = await at("GET", "/assets/swagger-ui.css");
    expect(style.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(style.headers.get("x-content-type-options")).toBe("nosniff");
    expect((await at("GET", "/assets/worker.js")).status).toBe(404);
  });
});

test("workerd ends with the program that started it, however that ends", async () => {
  const crashing = await startEdge();
  await crashing.crash();
  await eventually(
    () =>
      fetch(`${crashing.url}/healthz`).then(
        () => false,
        () => true,
      ),
    5_000,
  );
}, 60_000);
