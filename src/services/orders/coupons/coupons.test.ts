import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import {
  adminToken,
  call,
  callAt,
  eventually,
  newProduct,
  newUser,
  payOrder,
  pool,
} from "../../../../tests/support/client.ts";
import { openShop, openTestDeps } from "../../../../tests/support/shop.ts";
import { app } from "../../../app.ts";
import { readConfig } from "../../../platform/config.ts";
import { backgroundScope } from "../../../platform/scope.ts";
import { expireOrders } from "../expire-orders.ts";

const strong = { "Read-Consistency": "strong" };

/** Answers its code. */
async function newCoupon(terms: object): Promise<string> {
  const code = `T-${randomUUID()}`;
  const made = await call("PUT", `/v1/coupons/${code}`, { token: await adminToken(), body: terms });
  expect(made.status).toBe(200);
  return code;
}

const couponAt = async (code: string) => call("GET", `/v1/coupons/${code}`, { token: await adminToken() });
const usedOf = async (code: string): Promise<number> => (await couponAt(code)).body.used;

function orderWith(couponCode: string, token: string, sku: string, more: object = {}, key: string = randomUUID()) {
  return call("POST", "/v1/orders", { token, key, body: { lines: [{ sku, quantity: 1 }], couponCode, ...more } });
}

const slugOf = (answer: { body: { type?: string } }) => answer.body.type?.split("/").at(-1);

async function stockOf(sku: string) {
  const { body } = await call("GET", `/v1/stock/${sku}`, { token: await adminToken() });
  return { onHand: body.onHand, reserved: body.reserved };
}

describe("a coupon", () => {
  test("takes its part off the goods and is named on the order; the total adds up", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(10);
    const tenth = await newCoupon({ percentOff: 10 });
    const { status, body: order } = await orderWith(tenth, token, sku, {
      lines: [{ sku, quantity: 3 }],
      expectedTotal: { amount: 2700, currency: "USD" },
    });
    expect(status).toBe(201);
    expect(order).toMatchObject({
      coupon: tenth,
      subtotal: { amount: 3000 },
      discount: { amount: 300 },
      total: { amount: 2700, currency: "USD" },
    });
    expect((await call("GET", `/v1/orders/${order.id}`, { token, headers: strong })).body).toEqual(order);
    const fixed = await newCoupon({ amountOff: { amount: 250, currency: "USD" } });
    expect((await orderWith(fixed, token, sku)).body).toMatchObject({
      discount: { amount: 250 },
      total: { amount: 750 },
    });
  });

  test("worth more than the goods makes them free: the order is paid at once and the use is spent", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(5);
    const code = await newCoupon({ amountOff: { amount: 5000, currency: "USD" }, limit: 1 });
    const { body: order } = await orderWith(code, token, sku);
    expect(order).toMatchObject({ status: "paid", discount: { amount: 1000 }, total: { amount: 0 }, expiresAt: null });
    await eventually(async () => (await stockOf(sku)).onHand === 4);
    expect(await usedOf(code)).toBe(1);
    expect(slugOf(await orderWith(code, token, sku))).toBe("coupon-exhausted");
  });

  test("that is unknown, not yet valid or over is refused and takes nothing", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(5);
    const future = await newCoupon({ percentOff: 10, startsAt: "2099-01-01T00:00:00Z" });
    const past = await newCoupon({ percentOff: 10, endsAt: "2020-01-01T00:00:00+02:00" });
    for (const code of ["NO-SUCH-CODE", future, past]) {
      const refused = await orderWith(code, token, sku);
      expect([refused.status, slugOf(refused)]).toEqual([422, "coupon-invalid"]);
    }
    const unknownToo = await orderWith("NO-SUCH-CODE", token, `no-${randomUUID()}`);
    expect(slugOf(unknownToo)).toBe("sku-unknown");
    expect(await stockOf(sku)).toEqual({ onHand: 5, reserved: 0 });
  });

  test("is used once where one use is left, whatever one user may use of it", async () => {
    const [first, second] = [await newUser(), await newUser()];
    const [sku = ""] = await newProduct(50);
    const code = await newCoupon({ percentOff: 5, limit: 3, perUser: 2 });
    const answers = [];
    for (const { token } of [first, first, first, second, second]) answers.push(await orderWith(code, token, sku));
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 409, 201, 409]);
    for (const refused of answers.filter(({ status }) => status === 409))
      expect(slugOf(refused)).toBe("coupon-exhausted");
    expect(await usedOf(code)).toBe(3);
    expect(await stockOf(sku)).toEqual({ onHand: 50, reserved: 3 });
  });

  test("gives a use back with each order that is cancelled, paid or not, or expires", async () => {
    const { sql, deps } = await openShop();
    const { token } = await newUser();
    const [sku = ""] = await newProduct(50);
    const code = await newCoupon({ percentOff: 50, limit: 3, perUser: 3 });
    const [cancelled, paid, expired] = await Promise.all(
      [1, 2, 3].map(async () => (await orderWith(code, token, sku)).body),
    );
    expect(slugOf(await orderWith(code, token, sku))).toBe("coupon-exhausted");
    expect((await payOrder(token, paid.id)).body.amount).toEqual({ amount: 500, currency: "USD" });
    await eventually(async () => (await stockOf(sku)).onHand === 49);
    expect(await usedOf(code)).toBe(3);
    for (const { id } of [cancelled, paid])
      expect((await call("POST", `/v1/orders/${id}/cancel`, { token })).body.status).toBe("cancelled");
    await eventually(async () => (await usedOf(code)) === 1);
    await sql`update orders.orders set expires_at = now() - interval '1 second' where id = ${expired.id}`;
    await expireOrders(backgroundScope(deps, { about: { job: "test" } }));
    for (const database of deps.databases.all()) deps.relay.wake(database);
    await eventually(async () => (await usedOf(code)) === 0);
    for (let use = 0; use < 3; use++) expect((await orderWith(code, token, sku)).status).toBe(201);
    expect((await orderWith(code, token, sku)).status).toBe(409);
  });

  test("stays on the order of a retry, although it is used up, over or deleted since", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(5);
    const code = await newCoupon({ percentOff: 10, limit: 1 });
    const key = randomUUID();
    const { body: order } = await orderWith(code, token, sku, {}, key);
    const retry = async () => {
      const again = await orderWith(code, token, sku, {}, key);
      expect([again.status, again.body, again.headers.get("idempotency-replayed")]).toEqual([201, order, "true"]);
    };
    await retry();
    await call("PUT", `/v1/coupons/${code}`, {
      token: await adminToken(),
      body: { percentOff: 90, endsAt: "2020-01-01T00:00:00Z" },
    });
    await retry();
    expect((await call("DELETE", `/v1/coupons/${code}`, { token: await adminToken() })).status).toBe(204);
    await retry();
    expect(slugOf(await call("POST", "/v1/orders", { token, key, body: { lines: [{ sku, quantity: 1 }] } }))).toBe(
      "idempotency-key-reused",
    );
  });

  test("of which fewer goods are left than asked for says that it is the goods", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(1);
    const code = await newCoupon({ percentOff: 10, limit: 1 });
    const refused = await orderWith(code, token, sku, { lines: [{ sku, quantity: 2 }] });
    expect([slugOf(refused), refused.body.skus]).toEqual(["out-of-stock", [sku]]);
    expect(await usedOf(code)).toBe(0);
  });
});

describe("a coupon's terms", () => {
  test("are the admin's to write, read, list and delete; a code made again begins anew", async () => {
    const token = await adminToken();
    const buyer = await newUser();
    const [sku = ""] = await newProduct(5);
    const code = await newCoupon({ percentOff: 10, limit: 2, startsAt: "2026-01-01T00:00:00+01:00" });
    await orderWith(code, buyer.token, sku);
    const { body } = await couponAt(code);
    expect(body).toMatchObject({
      ...{ code, percentOff: 10, amountOff: null, limit: 2, perUser: null },
      ...{ startsAt: "2025-12-31T23:00:00Z", endsAt: null, used: 1 },
    });
    const listed = await call("GET", "/v1/coupons?limit=100", { token });
    expect(listed.body.data.find((one: { code: string }) => one.code === code)).toEqual(body);
    expect((await call("DELETE", `/v1/coupons/${code}`, { token })).status).toBe(204);
    expect((await call("DELETE", `/v1/coupons/${code}`, { token })).status).toBe(404);
    expect((await couponAt(code)).status).toBe(404);
    await call("PUT", `/v1/coupons/${code}`, { token, body: { percentOff: 20 } });
    expect(await usedOf(code)).toBe(0);
  });

  test("may change: a higher limit grants more uses, one below what is used grants none, also as uses come back", async () => {
    const { token } = await newUser();
    const admin = await adminToken();
    const [sku = ""] = await newProduct(50);
    const code = await newCoupon({ percentOff: 10, limit: 1 });
    const limitTo = (limit: number) =>
      call("PUT", `/v1/coupons/${code}`, { token: admin, body: { percentOff: 10, limit } });
    const { body: first } = await orderWith(code, token, sku);
    await limitTo(3);
    const statuses = [];
    for (let use = 0; use < 3; use++) statuses.push((await orderWith(code, token, sku)).status);
    expect(statuses).toEqual([201, 201, 409]);
    expect((await limitTo(2)).body.used).toBe(3);
    expect((await orderWith(code, token, sku)).status).toBe(409);
    await call("POST", `/v1/orders/${first.id}/cancel`, { token });
    await eventually(async () => (await usedOf(code)) === 2);
    expect((await orderWith(code, token, sku)).status).toBe(409);
    await limitTo(3);
    expect((await orderWith(code, token, sku)).status).toBe(201);
    expect(await usedOf(code)).toBe(3);
  });

  test("that say nothing, or two things, are refused", async () => {
    const token = await adminToken();
    const money = { amount: 100, currency: "USD" };
    const refused = [
      {},
      { percentOff: 10, amountOff: money },
      { percentOff: 101 },
      { percentOff: 0 },
      { percentOff: 10, limit: 0 },
      { percentOff: 10, startsAt: "2026-02-30T00:00:00Z" },
      { percentOff: 10, startsAt: "yesterday" },
      { percentOff: 10, startsAt: "2026-02-02T00:00:00Z", endsAt: "2026-02-01T00:00:00Z" },
      { percentOff: 10, used: 3 },
    ];
    for (const body of refused)
      expect(slugOf(await call("PUT", "/v1/coupons/T-REFUSED", { token, body }))).toBe("invalid-request");
    const foreign = { amountOff: { ...money, currency: "EUR" } };
    expect(slugOf(await call("PUT", "/v1/coupons/T-REFUSED", { token, body: foreign }))).toBe("currency-mismatch");
    expect((await call("PUT", "/v1/coupons/no%20code", { token, body: { percentOff: 10 } })).status).toBe(404);
    expect((await couponAt("T-REFUSED")).status).toBe(404);
  });

  test("are no goods: stock lists do not show them and nobody is told of them", async () => {
    const { sql } = await openShop();
    const { token } = await newUser();
    const [sku = ""] = await newProduct(5);
    const code = await newCoupon({ percentOff: 10, limit: 1, perUser: 1 });
    expect((await orderWith(code, token, sku)).status).toBe(201);
    const admin = await adminToken();
    for (const list of ["/v1/stock?limit=100", "/v1/stock?limit=100&below=1"])
      for (let path: string | undefined = list; path; ) {
        const page = await call("GET", path, { token: admin });
        for (const row of page.body.data) expect(row.sku).not.toStartWith("coupon:");
        path = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
      }
    const [told] = await sql`select count(*)::int as count from events.outbox where key like 'coupon:%'`;
    expect(told?.count).toBe(0);
  });
});

test("300 buyers at once, limit 100: exactly 100 orders, and 200 who are told that the coupon is used up", async () => {
  const { sql, env, url } = await openShop();
  const deps = openTestDeps(readConfig({ ...env, PUBLIC_URL: url }));
  const crowd = await pool(
    Array.from({ length: 15 }, () => () => newUser()),
    4,
  );
  const [sku = "", other = ""] = await newProduct(1000, 1000);
  const code = await newCoupon({ percentOff: 10, limit: 100 });
  // A second instance, whose statements are its own: every other buyer asks it.
  const second = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.fetch(request, deps) });
  const answers = await pool(
    Array.from({ length: 300 }, (_, index) => () => {
      const lines =
        index % 3 === 0
          ? [{ sku, quantity: 1 }]
          : [
              { sku, quantity: 1 },
              { sku: other, quantity: 2 },
            ];
      const order = { token: crowd[index % 15]?.token ?? "", key: randomUUID(), body: { lines, couponCode: code } };
      return callAt(index % 2 === 0 ? url : second.url.origin, "POST", "/v1/orders", order);
    }),
    64,
  );
  await second.stop(true);
  await deps.close();
  const refused = answers.filter(({ status }) => status === 409);
  expect([answers.filter(({ status }) => status === 201).length, refused.length]).toEqual([100, 200]);
  for (const answer of refused) expect(slugOf(answer)).toBe("coupon-exhausted");
  expect(await usedOf(code)).toBe(100);
  expect((await stockOf(sku)).reserved).toBe(100);
  const [counted] = await sql`
    select count(*)::int as orders, sum(discount)::int as discount, sum(total + discount - subtotal)::int as off
      from orders.orders where coupon = ${code}`;
  expect(counted).toMatchObject({ orders: 100, off: 0 });
  const [wrong] = await sql`
    select count(*)::int as count from checks.stock s
     where s.sku like 'coupon:%' and (
       s.reserved <> (select coalesce(sum(quantity), 0) from checks.reservations r where r.sku = s.sku and state = 'held')
       or s.on_hand <> (select coalesce(sum(delta), 0) from checks.movements m where m.sku = s.sku))`;
  expect(wrong?.count).toBe(0);
});

test("one buyer 30 times at once, two uses each: exactly two", async () => {
  const { token } = await newUser();
  const [sku = ""] = await newProduct(1000);
  const code = await newCoupon({ percentOff: 10, perUser: 2 });
  const answers = await Promise.all(Array.from({ length: 30 }, () => orderWith(code, token, sku)));
  expect(answers.filter(({ status }) => status === 201).length).toBe(2);
  expect(await usedOf(code)).toBe(2);
});
