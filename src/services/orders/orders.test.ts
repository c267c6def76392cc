import { describe, expect, test } from "bun:test";
import {
  adminToken,
  call,
  eventually,
  newProduct,
  newUser,
  payOrder,
  placeOrder,
} from "../../../tests/support/client.ts";
import { openShop } from "../../../tests/support/shop.ts";
import { backgroundScope, type Scope } from "../../platform/scope.ts";
import { expireOrders } from "./expire-orders.ts";
import { orderState, statusesBefore } from "./order-state.ts";

const strong = { "Read-Consistency": "strong" };

async function stockOf(sku: string) {
  const { body } = await call("GET", `/v1/stock/${sku}`, { token: await adminToken() });
  return { onHand: body.onHand, reserved: body.reserved };
}

async function jobScope(): Promise<Scope> {
  return backgroundScope((await openShop()).deps, { about: { job: "test" } });
}

/** Makes the order's time run out, then runs the sweep and lets the relay tell. */
async function expire(orderId: string): Promise<void> {
  const { sql, deps } = await openShop();
  await sql`update orders.orders set expires_at = now() - interval '1 second' where id = ${orderId}`;
  await expireOrders(await jobScope());
  for (const database of deps.databases.all()) deps.relay.wake(database);
}

describe("an order", () => {
  test("is priced by the shop, its lines merged by SKU, its history begun", async () => {
    const { token, id: userId } = await newUser();
    const [first = "", second = ""] = await newProduct(10, 10);
    const placed = await placeOrder(token, [
      [second, 1],
      [first, 2],
      [second, 2],
    ]);
    expect(placed.status).toBe(201);
    expect(placed.body).toMatchObject({
      userId,
      status: "pending",
      lines: [
        { sku: first, name: "Test thing, V0", quantity: 2, unitPrice: { amount: 1000 }, total: { amount: 2000 } },
        { sku: second, name: "Test thing, V1", quantity: 3, unitPrice: { amount: 1001 }, total: { amount: 3003 } },
      ],
      subtotal: { amount: 5003, currency: "USD" },
      total: { amount: 5003, currency: "USD" },
      history: [{ status: "pending" }],
      coupon: null,
      metadata: {},
    });
    const read = await call("GET", `/v1/orders/${placed.body.id}`, { token, headers: strong });
    expect(read.body).toEqual(placed.body);
    expect(Date.parse(read.body.expiresAt) - Date.parse(read.body.createdAt)).toBe(900_000);
  });

  test("that expects another total, or another currency, is refused and takes nothing", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(5);
    const order = (more: object) =>
      call("POST", "/v1/orders", { token, key: crypto.randomUUID(), body: { lines: [{ sku, quantity: 1 }], ...more } });
    const changed = await order({ expectedTotal: { amount: 1, currency: "USD" } });
    expect([changed.status, changed.body.total]).toEqual([409, { amount: 1000, currency: "USD" }]);
    const foreign = await order({ currency: "EUR" });
    expect([foreign.status, foreign.body.type.split("/").at(-1)]).toEqual([422, "currency-mismatch"]);
    expect((await order({ expectedTotal: { amount: 1000, currency: "USD" } })).status).toBe(201);
    expect(await stockOf(sku)).toEqual({ onHand: 5, reserved: 1 });
  });

  test("of a withdrawn product is refused, an old order keeps its lines", async () => {
    const { token } = await newUser();
    const admin = await adminToken();
    const [sku = ""] = await newProduct(5);
    const { body: old } = await placeOrder(token, [[sku, 1]]);
    const { sql } = await openShop();
    const [product] = await sql`select product_id as id from orders.prices where sku = ${sku}`;
    expect((await call("DELETE", `/v1/products/${product?.id}`, { token: admin })).status).toBe(204);
    const refused = await eventually(async () => {
      const answer = await placeOrder(token, [[sku, 1]]);
      return answer.status === 422 && answer;
    });
    expect(refused.body.skus).toEqual([sku]);
    const kept = await call("GET", `/v1/orders/${old.id}`, { token, headers: strong });
    expect(kept.body.lines).toEqual(old.lines);
  });

  test("that costs nothing is paid at once and its units are sold", async () => {
    const { token } = await newUser();
    const { sql } = await openShop();
    const [sku = ""] = await newProduct(3);
    await sql`update orders.prices set amount = 0 where sku = ${sku}`;
    await Bun.sleep(1_100); // the price list is a second old at most
    const placed = await placeOrder(token, [[sku, 2]]);
    expect([placed.status, placed.body.status, placed.body.total.amount]).toEqual([201, "paid", 0]);
    expect(placed.body.history.map((entry: { status: string }) => entry.status)).toEqual(["pending", "paid"]);
    await eventually(async () => (await stockOf(sku)).onHand === 1);
    expect(await stockOf(sku)).toEqual({ onHand: 1, reserved: 0 });
  });

  test("is seen by its owner alone, newest first, page by page, whatever is placed meanwhile", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(50);
    const placed: string[] = [];
    for (let n = 0; n < 5; n++) placed.unshift((await placeOrder(token, [[sku, 1]])).body.id);
    const seen: string[] = [];
    let path: string | undefined = "/v1/orders?limit=2";
    while (path) {
      const page = await call("GET", path, { token, headers: strong });
      expect(page.status).toBe(200);
      for (const order of page.body.data) seen.push(order.id);
      const next: string | undefined = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
      expect(next === undefined).toBe(page.body.nextCursor === null);
      path = next;
      await placeOrder(token, [[sku, 1]]);
    }
    expect(seen).toEqual(placed);
    const stranger = await newUser();
    expect((await call("GET", `/v1/orders/${placed[0]}`, { token: stranger.token })).status).toBe(404);
    expect((await call("GET", "/v1/orders", { token: stranger.token })).body.data).toEqual([]);
    const { body } = await call("GET", "/v1/orders?limit=2", { token });
    const foreign = await call("GET", `/v1/notifications?cursor=${body.nextCursor}`, { token });
    expect([foreign.status, foreign.body.type.split("/").at(-1)]).toEqual([400, "cursor-invalid"]);
  });
});

describe("cancelling", () => {
  test("a pending order gives its stock back; again is the same", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(1);
    const { body: order } = await placeOrder(token, [[sku, 1]]);
    const cancel = () => call("POST", `/v1/orders/${order.id}/cancel`, { token });
    const [first, second] = [await cancel(), await cancel()];
    expect([first.status, first.body.status]).toEqual([200, "cancelled"]);
    expect(second.body).toEqual(first.body);
    await eventually(async () => (await stockOf(sku)).reserved === 0);
    const paying = await payOrder(token, order.id);
    expect([paying.status, paying.body.orderStatus]).toEqual([409, "cancelled"]);
  });

  test("a paid order gives its units and its money back", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(4);
    const { body: order } = await placeOrder(token, [[sku, 3]]);
    const { body: payment } = await payOrder(token, order.id);
    await eventually(async () => (await stockOf(sku)).onHand === 1);
    expect((await call("POST", `/v1/orders/${order.id}/cancel`, { token })).body.status).toBe("cancelled");
    await eventually(async () => {
      const { body } = await call("GET", `/v1/payments/${payment.id}`, { token, headers: strong });
      return body.status === "refunded";
    });
    await eventually(async () => (await stockOf(sku)).onHand === 4);
    expect(await stockOf(sku)).toEqual({ onHand: 4, reserved: 0 });
  });
});

describe("expiry", () => {
  test("ends an unpaid order and frees its stock; it cannot be paid or cancelled then", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(1);
    const { body: order } = await placeOrder(token, [[sku, 1]]);
    await expire(order.id);
    const { body } = await call("GET", `/v1/orders/${order.id}`, { token, headers: strong });
    expect([body.status, body.expiresAt]).toEqual(["expired", null]);
    expect((await payOrder(token, order.id)).body.orderStatus).toBe("expired");
    expect((await call("POST", `/v1/orders/${order.id}/cancel`, { token })).body.orderStatus).toBe("expired");
    await eventually(async () => (await stockOf(sku)).reserved === 0);
  });

  test("waits for a payment that is being processed, which pays the order although its time is over", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(1);
    const { body: order } = await placeOrder(token, [[sku, 1]]);
    expect((await payOrder(token, order.id, "pm_slow")).body.status).toBe("processing");
    await expire(order.id);
    const { body } = await call("GET", `/v1/orders/${order.id}`, { token, headers: strong });
    expect(body.status).toBe("pending");
    await eventually(async () => {
      const read = await call("GET", `/v1/orders/${order.id}`, { token, headers: strong });
      return read.body.status === "paid";
    });
  });

  test("gives the money back that comes too late, always", async () => {
    const { sql } = await openShop();
    const { token, id: userId } = await newUser();
    const [sku = ""] = await newProduct(1);
    const { body: order } = await placeOrder(token, [[sku, 1]]);
    const { body: payment } = await payOrder(token, order.id, "pm_slow");
    // The payment is no longer young: the order does not wait for it.
    await sql`update payments.payments set created_at = now() - interval '1 hour' where user_id = ${userId} and id = ${payment.id}`;
    await expire(order.id);
    const refunded = await eventually(async () => {
      const { body } = await call("GET", `/v1/payments/${payment.id}`, { token, headers: strong });
      return body.status === "refunded" && body;
    });
    expect(refunded.refunded).toEqual(order.total);
    const { body } = await call("GET", `/v1/orders/${order.id}`, { token, headers: strong });
    expect(body.status).toBe("expired");
    const [left] = await sql`select sum(amount)::int as sum from checks.ledger where payment_id = ${payment.id}`;
    expect(left?.sum).toBe(0);
  });
});

test("every status of an order's life can be reached, and the final ones are left by none", () => {
  const reached = new Set(["pending", ...Object.values(orderState).flat()]);
  expect([...reached].sort()).toEqual(Object.keys(orderState).sort());
  expect(statusesBefore("cancelled")).toEqual(["pending", "paid"]);
  expect(statusesBefore("pending")).toEqual([]);
});
