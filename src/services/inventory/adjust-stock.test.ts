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
import { openShop } from "../../../tests/support/shop.ts";

const adjust = async (sku: string, delta: number, key: string = randomUUID(), reason = "delivery") =>
  call("POST", `/v1/stock/${sku}/adjustments`, { token: await adminToken(), key, body: { delta, reason } });
const get = async (path: string) => call("GET", path, { token: await adminToken() });
const slugOf = ({ body }: { body: { type: string } }) => body.type.split("/").at(-1);

describe("adjusting stock", () => {
  test("adds or takes, once for each key, and records why", async () => {
    const [sku = ""] = await newProduct(5);
    const key = randomUUID();
    const made = await adjust(sku, 7, key);
    expect([made.status, made.headers.get("location")]).toEqual([201, `/v1/stock/${sku}/movements`]);
    expect(made.body).toMatchObject({ sku, delta: 7, reason: "delivery", orderId: null });
    const again = await adjust(sku, 7, key);
    expect([again.status, again.headers.get("idempotency-replayed"), again.body]).toEqual([201, "true", made.body]);
    expect(slugOf(await adjust(sku, 8, key))).toBe("idempotency-key-reused");
    expect((await adjust(sku, -2)).status).toBe(201);
    expect((await get(`/v1/stock/${sku}`)).body).toEqual({ sku, onHand: 10, reserved: 0, available: 10 });
  });

  test("refuses to take what is reserved, and leaves the key free", async () => {
    const [sku = ""] = await newProduct(5);
    const { token } = await newUser();
    await placeOrder(token, [[sku, 3]]);
    const key = randomUUID();
    const refused = await adjust(sku, -3, key);
    expect([refused.status, slugOf(refused)]).toEqual([409, "stock-below-reserved"]);
    expect((await adjust(sku, -2, key)).status).toBe(201);
    expect((await get(`/v1/stock/${sku}`)).body).toMatchObject({ onHand: 3, available: 0 });
  });

  test("says what is wrong with an adjustment", async () => {
    const [sku = ""] = await newProduct(1_000_000_000);
    expect((await adjust(sku, 1)).status).toBe(422);
    expect((await adjust(sku, 0)).status).toBe(422);
    expect((await adjust(sku, 1.5)).status).toBe(422);
    expect((await adjust(sku, -1, randomUUID(), "")).status).toBe(422);
    expect((await adjust("nothing-of-this", 1)).status).toBe(404);
    const token = await adminToken();
    const path = `/v1/stock/${sku}/adjustments`;
    expect(slugOf(await call("POST", path, { token, body: { delta: 1, reason: "a" } }))).toBe(
      "idempotency-key-missing",
    );
  });

  test("is done once where copies are in flight, and one wins where their bodies differ", async () => {
    const [sku = ""] = await newProduct(100);
    const key = randomUUID();
    const copies = await pool(
      Array.from({ length: 12 }, () => () => adjust(sku, -5, key)),
      12,
    );
    expect(copies.map(({ status }) => status)).toEqual(copies.map(() => 201));
    expect(new Set(copies.map(({ body }) => body.id)).size).toBe(1);
    const other = randomUUID();
    const differing = await pool(
      Array.from({ length: 8 }, (_, n) => () => adjust(sku, n + 1, other)),
      8,
    );
    const winners = differing.filter(({ status }) => status === 201);
    expect([winners.length, differing.filter(({ status }) => status === 422).length]).toEqual([1, 7]);
    expect((await get(`/v1/stock/${sku}`)).body.onHand).toBe(95 + winners[0]?.body.delta);
  });
});

describe("movements", () => {
  test("add up to the stock, whatever happens at once", async () => {
    const [sku = ""] = await newProduct(60);
    const { token } = await newUser();
    const buy = async () => {
      const order = await placeOrder(token, [[sku, 1]]);
      if (order.status === 201) await payOrder(token, order.body.id);
      return order;
    };
    const count = async () => call("PUT", `/v1/stock/${sku}`, { token: await adminToken(), body: { onHand: 40 } });
    await pool(
      Array.from(
        { length: 40 },
        (_, n) => async () => (n % 4 === 0 ? adjust(sku, n % 8 ? -4 : 3) : n % 13 === 0 ? count() : buy()),
      ),
      12,
    );
    const { sql } = await openShop();
    const settled = async () => {
      const [row] = await sql`
        select on_hand, (select sum(delta)::int from checks.movements where sku = ${sku}) as moved,
               (select count(*)::int from checks.reservations where sku = ${sku} and state = 'held') as held
          from checks.stock where sku = ${sku}`;
      expect(row?.moved).toBe(row?.on_hand);
      return row?.held === 0;
    };
    await eventually(settled);
  });

  test("are listed newest first, each once, with the order that took them", async () => {
    const [sku = ""] = await newProduct(9);
    const { token } = await newUser();
    const { body: order } = await placeOrder(token, [[sku, 2]]);
    await payOrder(token, order.id);
    await eventually(async () => (await get(`/v1/stock/${sku}`)).body.onHand === 7);
    await adjust(sku, -1, randomUUID(), "broken");
    const first = await get(`/v1/stock/${sku}/movements?limit=2`);
    expect(first.headers.get("link")).toContain('rel="next"');
    const rest = await get(`/v1/stock/${sku}/movements?limit=2&cursor=${encodeURIComponent(first.body.nextCursor)}`);
    const all = [...first.body.data, ...rest.body.data];
    expect(all.map(({ delta, reason, orderId }) => [delta, reason, orderId])).toEqual([
      [-1, "broken", null],
      [-2, "sold", order.id],
      [9, "count", null],
    ]);
    expect(rest.body.nextCursor).toBeNull();
    expect((await get("/v1/stock/nothing-of-this/movements")).status).toBe(404);
  });
});

describe("stock that runs low", () => {
  test("is listed by what is available, and its cursor belongs to the bound", async () => {
    const mine = await newProduct(0, 3, 4, 50);
    const seen: string[] = [];
    let path: string | undefined = "/v1/stock?below=4&limit=100";
    while (path) {
      const page = await get(path);
      for (const row of page.body.data) {
        expect(row.available).toBeLessThan(4);
        seen.push(row.sku);
      }
      path = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(mine.map((sku) => seen.includes(sku))).toEqual([true, true, false, false]);
    const { body } = await get("/v1/stock?below=1000&limit=1");
    const cursor = encodeURIComponent(body.nextCursor);
    expect((await get(`/v1/stock?below=1001&limit=1&cursor=${cursor}`)).status).toBe(400);
    expect((await get(`/v1/stock?limit=1&cursor=${cursor}`)).status).toBe(400);
    expect((await get("/v1/stock?below=x")).status).toBe(422);
  });

  test("is told once when the last free unit goes, whoever took it, and the catalog hears of it", async () => {
    const [bought = "", broken = "", counted = ""] = await newProduct(1, 1, 1);
    const { token } = await newUser();
    await placeOrder(token, [[bought, 1]]);
    await adjust(broken, -1);
    await call("PUT", `/v1/stock/${counted}`, { token: await adminToken(), body: { onHand: 0 } });
    const { sql } = await openShop();
    for (const sku of [bought, broken, counted]) {
      const told =
        await sql`select type, version::int as version, data from events.outbox where key = ${sku} order by version`;
      expect(told.map(({ type, version }) => [type, version])).toEqual([
        ["stock.changed", 1],
        ["stock.depleted", 2],
        ["stock.changed", 3],
      ]);
      expect(told[1]?.data).toEqual({ sku, available: false });
      const heard = async () =>
        (
          await sql`
          select from events.inbox join events.outbox on id = event_id
           where key = ${sku} and type = 'stock.depleted' and consumer = 'catalog.availability'`
        ).length === 1;
      await eventually(heard);
    }
  });
});
