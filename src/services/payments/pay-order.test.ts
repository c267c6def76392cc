import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { call, eventually, newProduct, newUser, payOrder, placeOrder } from "../../../tests/support/client.ts";
import { chargesOf, whileProviderIs } from "../../../tests/support/sandbox.ts";
import { openShop } from "../../../tests/support/shop.ts";

async function newOrder() {
  const user = await newUser();
  const [sku = ""] = await newProduct(5);
  const { body: order } = await placeOrder(user.token, [[sku, 2]]);
  return { ...user, order };
}

const read = async (token: string, path: string) =>
  (await call("GET", path, { token, headers: { "Read-Consistency": "strong" } })).body;
const statusOf = async (token: string, path: string) => (await read(token, path)).status;

async function capturesOf(orderId: string): Promise<number> {
  const { sql } = await openShop();
  const [row] = await sql`
    select count(*)::int as count from checks.ledger l join checks.payments p on p.id = l.payment_id
     where p.order_id = ${orderId} and l.account = 'provider' and l.amount > 0`;
  return row?.count;
}

describe("paying an order", () => {
  test("a captured payment is told at once and turns the order paid, with one event and one ledger entry", async () => {
    const { sql } = await openShop();
    const { token, order } = await newOrder();
    const { status, body, headers } = await payOrder(token, order.id);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: body.id,
      orderId: order.id,
      amount: order.total,
      status: "captured",
      refunded: { amount: 0, currency: "USD" },
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(headers.get("location")).toBe(`/v1/payments/${body.id}`);
    expect(headers.get("consistency-token")).toBeTruthy();
    await eventually(async () => (await statusOf(token, `/v1/orders/${order.id}`)) === "paid");
    expect(await read(token, `/v1/payments/${body.id}`)).toEqual(body);
    const events = await sql`select type, version::int, data from events.outbox where key = ${body.id}`;
    expect([...events]).toEqual([
      {
        type: "payment.captured",
        version: 1,
        data: { orderId: order.id, userId: order.userId, amount: order.total },
      },
    ]);
    const legs =
      await sql`select account, amount::int from checks.ledger where payment_id = ${body.id} order by account`;
    expect([...legs]).toEqual([
      { account: "provider", amount: order.total.amount },
      { account: "sales", amount: -order.total.amount },
    ]);
  });

  test("a declined payment leaves the order to be paid with a new key; its own key answers the decline again", async () => {
    const { token, order } = await newOrder();
    const key = randomUUID();
    const declined = await payOrder(token, order.id, "pm_declined", key);
    expect([declined.status, declined.body.status, declined.body.failureCode]).toEqual([201, "failed", "declined"]);
    const again = await payOrder(token, order.id, "pm_declined", key);
    expect([again.status, again.body, again.headers.get("idempotency-replayed")]).toEqual([201, declined.body, "true"]);
    expect((await payOrder(token, order.id)).body.status).toBe("captured");
    expect(await capturesOf(order.id)).toBe(1);
    const list = await read(token, `/v1/orders/${order.id}/payments`);
    expect(list.data.map((payment: { status: string }) => payment.status)).toEqual(["captured", "failed"]);
  });

  test("one key 20 times at once is one payment and one charge; every copy gets the same answer", async () => {
    const { token, order } = await newOrder();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => payOrder(token, order.id, "pm_ok", key)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id} ${body.status}`)).size).toBe(1);
    expect(answers[0]?.body.status).toBe("captured");
    expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") !== "true")).toHaveLength(1);
    expect(await chargesOf(answers[0]?.body.id)).toHaveLength(1);
    expect(await capturesOf(order.id)).toBe(1);
  });

  test("20 keys at once charge an order once, the others are refused", async () => {
    const { token, order } = await newOrder();
    const answers = await Promise.all(Array.from({ length: 20 }, () => payOrder(token, order.id)));
    const won = answers.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    const refusals = answers.filter(({ status }) => status === 409).map(({ body }) => body.type.split("/").at(-1));
    expect(refusals).toHaveLength(19);
    for (const slug of refusals) expect(["payment-in-progress", "order-state"]).toContain(slug);
    expect(await capturesOf(order.id)).toBe(1);
  });

  test("a key is taken by its first body, and its replay stays good when the order is paid or cancelled since", async () => {
    const { token, order } = await newOrder();
    const key = randomUUID();
    const first = await payOrder(token, order.id, "pm_ok", key);
    const other = await payOrder(token, order.id, "pm_declined", key);
    expect([other.status, other.body.type.split("/").at(-1)]).toEqual([422, "idempotency-key-reused"]);
    await eventually(async () => (await statusOf(token, `/v1/orders/${order.id}`)) === "paid");
    const newKey = await payOrder(token, order.id);
    expect([newKey.status, newKey.body.type.split("/").at(-1), newKey.body.orderStatus]).toEqual([
      409,
      "order-state",
      "paid",
    ]);
    await call("POST", `/v1/orders/${order.id}/cancel`, { token });
    const replay = await payOrder(token, order.id, "pm_ok", key);
    expect([replay.status, replay.body.id, replay.headers.get("location")]).toEqual([
      201,
      first.body.id,
      `/v1/payments/${first.body.id}`,
    ]);
  });

  test("while one payment is processing another is refused; the webhook then captures it", async () => {
    const { token, order } = await newOrder();
    const slow = await payOrder(token, order.id, "pm_slow");
    expect([slow.status, slow.body.status]).toEqual([201, "processing"]);
    const other = await payOrder(token, order.id);
    expect([other.status, other.body.type.split("/").at(-1)]).toEqual([409, "payment-in-progress"]);
    await eventually(async () => (await statusOf(token, `/v1/payments/${slow.body.id}`)) === "captured");
    await eventually(async () => (await statusOf(token, `/v1/orders/${order.id}`)) === "paid");
  });

  test("a provider whose answer never comes leaves it processing, and the money is taken once", async () => {
    const { token, order } = await newOrder();
    const key = randomUUID();
    const flaky = await payOrder(token, order.id, "pm_flaky", key);
    expect([flaky.status, flaky.body.status]).toEqual([201, "processing"]);
    await eventually(async () => (await statusOf(token, `/v1/payments/${flaky.body.id}`)) === "captured");
    expect((await payOrder(token, order.id, "pm_flaky", key)).body.status).toBe("captured");
    expect((await chargesOf(flaky.body.id)).map(({ status }) => status)).toEqual(["captured"]);
    expect(await capturesOf(order.id)).toBe(1);
  });

  test("a provider that is down or slow never makes an error; the same key pays once it is back", async () => {
    const { token, order } = await newOrder();
    const key = randomUUID();
    const down = await whileProviderIs("down", () => payOrder(token, order.id, "pm_ok", key));
    expect([down.status, down.body.status]).toEqual([201, "processing"]);
    const retried = await payOrder(token, order.id, "pm_ok", key);
    expect([retried.status, retried.body.status, retried.body.id]).toEqual([201, "captured", down.body.id]);
    const { token: another, order: second } = await newOrder();
    const slow = await whileProviderIs("slow", () => payOrder(another, second.id));
    expect([slow.status, slow.body.status]).toEqual([201, "processing"]);
    await eventually(async () => (await statusOf(another, `/v1/orders/${second.id}`)) === "paid");
  });
});

describe("what is refused", () => {
  test("other people's orders and payments are not found, to read, to list and to pay", async () => {
    const { token, order } = await newOrder();
    const { body: payment } = await payOrder(token, order.id);
    const stranger = await newUser();
    expect((await payOrder(stranger.token, order.id)).status).toBe(404);
    for (const path of [`/v1/payments/${payment.id}`, `/v1/orders/${order.id}/payments`, "/v1/payments/nonsense"])
      expect((await call("GET", path, { token: stranger.token })).status).toBe(404);
    expect((await call("GET", `/v1/payments/${payment.id}`)).status).toBe(401);
  });

  test("an own order without payments is an empty list", async () => {
    const { token, order } = await newOrder();
    const { status, body } = await call("GET", `/v1/orders/${order.id}/payments`, { token });
    expect([status, body]).toEqual([200, { data: [], nextCursor: null }]);
  });

  test("a missing or bad key is 400, an unknown field or method names its path", async () => {
    const { token, order } = await newOrder();
    const path = `/v1/orders/${order.id}/payments`;
    const slug = async (options: Parameters<typeof call>[2]) => {
      const { status, body } = await call("POST", path, { token, ...options });
      return `${status} ${body.type.split("/").at(-1)} ${body.errors?.[0]?.path ?? ""}`.trim();
    };
    const body = { paymentMethod: "pm_ok" };
    expect(await slug({ body })).toBe("400 idempotency-key-missing");
    expect(await slug({ body, key: "x".repeat(256) })).toBe("400 idempotency-key-invalid");
    expect(await slug({ body: { ...body, amount: 1 }, key: "a" })).toBe("422 invalid-request amount");
    expect(await slug({ body: { paymentMethod: "pm_of_another_shop" }, key: "a" })).toBe(
      "422 invalid-request paymentMethod",
    );
  });

  test("a cancelled order and one whose time is over", async () => {
    const { sql } = await openShop();
    const { token, order } = await newOrder();
    await sql`update orders.orders set expires_at = now() where id = ${order.id}`;
    const late = await payOrder(token, order.id);
    expect([late.status, late.body.orderStatus]).toEqual([409, "pending"]);
    await call("POST", `/v1/orders/${order.id}/cancel`, { token });
    const cancelled = await payOrder(token, order.id);
    expect([cancelled.status, cancelled.body.orderStatus]).toEqual([409, "cancelled"]);
    expect(await capturesOf(order.id)).toBe(0);
  });
});
