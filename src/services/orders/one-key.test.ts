import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import {
  adminToken,
  call,
  eventually,
  newProduct,
  newUser,
  payOrder,
  placeOrder,
  pool,
} from "../../../tests/support/client.ts";
import { type CuttingProxy, startCuttingProxy, type Verdict } from "../../../tests/support/cutting-proxy.ts";
import { openShop, openTestDeps } from "../../../tests/support/shop.ts";
import { app } from "../../app.ts";
import { readConfig } from "../../platform/config.ts";
import { backgroundScope } from "../../platform/scope.ts";
import { expireOrders } from "./expire-orders.ts";

async function stockOf(sku: string) {
  const answer = await call("GET", `/v1/stock/${sku}`, { token: await adminToken() });
  return { onHand: answer.body.onHand, reserved: answer.body.reserved };
}

describe("one Idempotency-Key is one order", () => {
  test("an attempt that was refused leaves the key to another body, also at the same moment", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(3);
    for (let round = 0; round < 5; round++) {
      const key = randomUUID();
      const [tooMany, fits] = await Promise.all([
        placeOrder(token, [[sku, 50]], key),
        placeOrder(token, [[sku, 1]], key),
      ]);
      // The refused one may find the other's reservation there: then it is told that the key is taken.
      expect([409, 422]).toContain(tooMany.status);
      if (round < 3) expect(fits.status).toBe(201);
    }
    expect(await stockOf(sku)).toEqual({ onHand: 3, reserved: 3 });
  });

  test("of different bodies in flight one wins and the others are told so", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(100);
    const key = randomUUID();
    const answers = await pool(
      Array.from({ length: 20 }, (_, index) => () => placeOrder(token, [[sku, 1 + (index % 2)]], key)),
      20,
    );
    const placed = answers.filter((answer) => answer.status === 201);
    expect(new Set(placed.map((answer) => answer.body.id)).size).toBe(1);
    expect(new Set(placed.map((answer) => answer.body.lines[0].quantity)).size).toBe(1);
    const others = answers.filter((answer) => answer.status !== 201);
    expect(others.length).toBe(10);
    for (const other of others) expect(other.body.type).toEndWith("/idempotency-key-reused");
    expect((await stockOf(sku)).reserved).toBe(placed[0]?.body.lines[0].quantity);
  });

  test("a retry is the order although the stock has sold out since", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(2);
    const key = randomUUID();
    const first = await placeOrder(token, [[sku, 2]], key);
    const other = await placeOrder(token, [[sku, 1]]);
    expect([first.status, other.status]).toEqual([201, 409]);
    expect(other.body.skus).toEqual([sku]);
    const retry = await placeOrder(token, [[sku, 2]], key);
    expect([retry.status, retry.body.id, retry.headers.get("idempotency-replayed")]).toEqual([
      201,
      first.body.id,
      "true",
    ]);
    expect(retry.headers.get("location")).toBe(first.headers.get("location"));
  });

  test("a retry of a paid order shows it paid", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(2);
    const key = randomUUID();
    const { body: order } = await placeOrder(token, [[sku, 1]], key);
    expect((await payOrder(token, order.id)).body.status).toBe("captured");
    await eventually(async () => (await call("GET", `/v1/orders/${order.id}`, { token })).body.status === "paid");
    const retry = await placeOrder(token, [[sku, 1]], key);
    expect([retry.status, retry.body.id, retry.body.status]).toEqual([201, order.id, "paid"]);
    await eventually(async () => (await stockOf(sku)).onHand === 1);
    expect(await stockOf(sku)).toEqual({ onHand: 1, reserved: 0 });
  });

  test("a retry after expiry shows it expired, and its stock is free again", async () => {
    const { deps, sql } = await openShop();
    const { token, id: userId } = await newUser();
    const [sku = ""] = await newProduct(1);
    const key = randomUUID();
    const { body: order } = await placeOrder(token, [[sku, 1]], key);
    await sql`update orders.orders set expires_at = now() - interval '1 second' where user_id = ${userId} and id = ${order.id}`;
    const scope = backgroundScope(deps, { about: {} });
    await expireOrders(scope);
    for (const database of deps.databases.all()) deps.relay.wake(database);
    const retry = await placeOrder(token, [[sku, 1]], key);
    expect([retry.status, retry.body.id, retry.body.status, retry.body.expiresAt]).toEqual([
      201,
      order.id,
      "expired",
      null,
    ]);
    await eventually(async () => (await placeOrder(token, [[sku, 1]])).status === 201);
  });
});

describe("a connection cut in the middle", () => {
  /** Places one order through an instance whose database connection is cut when the statement is sent. */
  async function placeThrough(statement: string, verdict: Verdict, cuts: number) {
    const { config, env, url } = await openShop();
    const { token } = await newUser();
    const [sku = ""] = await newProduct(5);
    let left = cuts;
    const target = new URL(config.DATABASE_URL);
    const proxy: CuttingProxy = startCuttingProxy({ hostname: target.hostname, port: Number(target.port) }, (sent) => {
      if (left === 0 || !sent.includes(statement)) return "pass";
      left--;
      return verdict;
    });
    target.port = String(proxy.port);
    const deps = openTestDeps(readConfig({ ...env, DATABASE_URL: target.href, PUBLIC_URL: url }));
    const key = randomUUID();
    const body = JSON.stringify({ lines: [{ sku, quantity: 2 }] });
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": key };
    try {
      const answer = await app.request("/v1/orders", { method: "POST", headers, body }, deps);
      return { sku, token, key, answer, cut: left === 0 };
    } finally {
      await deps.close();
      proxy.stop();
    }
  }

  const moments: [string, string, Verdict][] = [
    ["before the reservation is made", "reserve_one_v1", "cut-before"],
    ["after the reservation, before its answer", "reserve_one_v1", "cut-behind"],
    ["between reserve and place", "place_and_say_where_v1", "cut-before"],
    ["after place, before its answer", "place_and_say_where_v1", "cut-behind"],
  ];

  test.each(moments)("%s: the order is placed once all the same", async (_moment, statement, verdict) => {
    const { sku, token, key, answer, cut } = await placeThrough(statement, verdict, 1);
    expect(cut).toBe(true);
    expect(answer.status).toBe(201);
    const retry = await placeOrder(token, [[sku, 2]], key);
    expect([retry.status, retry.body.id]).toEqual([201, ((await answer.json()) as { id: string }).id]);
    expect(await stockOf(sku)).toEqual({ onHand: 5, reserved: 2 });
  });

  test.each(moments)(
    "%s, for good: 503, and the client's retry places it once",
    async (_moment, statement, verdict) => {
      const { sku, token, key, answer } = await placeThrough(statement, verdict, 100);
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect((await placeOrder(token, [[sku, 2]], key)).status).toBe(201);
      expect(await stockOf(sku)).toEqual({ onHand: 5, reserved: 2 });
      expect(
        (await call("GET", "/v1/orders", { token, headers: { "Read-Consistency": "strong" } })).body.data.length,
      ).toBe(1);
    },
  );
});
