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
} from "../../../../tests/support/client.ts";
import {
  fulfil,
  mailOf,
  newPaidOrder,
  orderOf,
  refund,
  stockOf,
  toldOf,
  untilOrderIs,
} from "../../../../tests/support/fulfilment.ts";
import { sendWebhook, whileProviderIs } from "../../../../tests/support/sandbox.ts";
import { openShop } from "../../../../tests/support/shop.ts";
import { backgroundScope } from "../../../platform/scope.ts";
import { reconcilePayments } from "../reconcile-payments.ts";

const usd = (amount: number) => ({ amount, currency: "USD" });
const slugOf = ({ status, body }: { status: number; body: { type: string } }) =>
  `${status} ${body.type.split("/").at(-1)}`;

async function paymentOf(token: string, id: string) {
  return (await call("GET", `/v1/payments/${id}`, { token, headers: { "Read-Consistency": "strong" } })).body;
}

async function held(paymentId: string): Promise<number> {
  const { sql } = await openShop();
  const [row] = await sql`
    select coalesce(sum(amount), 0)::int as amount from checks.ledger where payment_id = ${paymentId} and account = 'provider'`;
  return row?.amount;
}

describe("a refund", () => {
  test("of a part leaves the order as it is; what is left goes back without an amount, and the order is refunded", async () => {
    const { user, orderId, paymentId } = await newPaidOrder();
    const part = await refund(paymentId, { amount: usd(300) });
    expect(part.status).toBe(201);
    expect(part.body).toEqual({
      id: part.body.id,
      paymentId,
      amount: usd(300),
      status: "succeeded",
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(part.headers.get("location")).toBe(`/v1/payments/${paymentId}/refunds`);
    await eventually(async () => (await orderOf(user, orderId)).refunded.amount === 300);
    expect((await orderOf(user, orderId)).status).toBe("paid");
    const rest = await refund(paymentId, {});
    expect(rest.body.amount).toEqual(usd(700));
    await untilOrderIs(user, orderId, "refunded");
    const { status, refunded } = await paymentOf(user.token, paymentId);
    expect([status, refunded, await held(paymentId)]).toEqual(["refunded", usd(1000), 0]);
    const told = await toldOf(orderId, "order.refunded");
    expect(told.map(({ amount, full, restock, wasPaid }) => [amount.amount, full, restock, wasPaid])).toEqual([
      [300, false, false, true],
      [700, true, false, true],
    ]);
    const { history } = await orderOf(user, orderId);
    expect(history.map((step: { status: string }) => step.status)).toEqual(["pending", "paid", "refunded"]);
    const list = await call("GET", `/v1/payments/${paymentId}/refunds`, { token: user.token });
    expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual([rest.body.id, part.body.id]);
    const mails = await eventually(async () => {
      const now = await mailOf(user, "refund");
      return now.length === 2 && now;
    });
    expect(mails.map(({ subject }) => subject).sort()).toEqual(["Your refund: $3.00", "Your refund: $7.00"]);
    expect(mails[0]?.text.match(/https?:\/\/\S+/g)).toHaveLength(1);
    expect(mails[0]?.html).toContain(`/orders/${orderId}`);
  });

  test("is never more than was captured, of 10 at once and then one by one", async () => {
    const { user, paymentId, orderId } = await newPaidOrder();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refund(paymentId, { amount: usd(300) })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(7);
    for (const { body } of refused) {
      expect(body.type).toEndWith("/refund-exceeds-captured");
      expect(body.refundable).toEqual(usd(100));
    }
    expect(await held(paymentId)).toBe(100);
    expect((await refund(paymentId, { amount: usd(100) })).status).toBe(201);
    const none = await refund(paymentId, {});
    expect([slugOf(none), none.body.refundable]).toEqual(["409 refund-exceeds-captured", usd(0)]);
    await untilOrderIs(user, orderId, "refunded");
  });

  test("with one key is one, however many copies come at once; with another body it is refused", async () => {
    const { user, paymentId } = await newPaidOrder();
    const key = randomUUID();
    const copies = await Promise.all(
      Array.from({ length: 10 }, () => refund(paymentId, { amount: usd(400), restock: false }, key)),
    );
    expect(new Set(copies.map(({ status, body }) => `${status} ${body.id} ${body.status}`)).size).toBe(1);
    expect(copies.filter(({ headers }) => headers.get("idempotency-replayed") === "true")).toHaveLength(9);
    expect(slugOf(await refund(paymentId, { amount: usd(401) }, key))).toBe("422 idempotency-key-reused");
    expect((await paymentOf(user.token, paymentId)).refunded).toEqual(usd(400));
  });

  test("leaves a refused attempt's key free", async () => {
    const { paymentId } = await newPaidOrder();
    const key = randomUUID();
    expect((await refund(paymentId, { amount: usd(5000) }, key)).status).toBe(409);
    expect((await refund(paymentId, { amount: usd(5) }, key)).status).toBe(201);
  });

  test("with restock brings the units back once, also of two refunds and a cancellation", async () => {
    const { user, sku, orderId, paymentId } = await newPaidOrder(2);
    await eventually(async () => (await stockOf(sku)).onHand === 3);
    await refund(paymentId, { amount: usd(1), restock: true });
    await eventually(async () => (await stockOf(sku)).onHand === 5);
    await refund(paymentId, { amount: usd(1), restock: true });
    await call("POST", `/v1/orders/${orderId}/cancel`, { token: user.token });
    await eventually(async () => (await paymentOf(user.token, paymentId)).status === "refunded");
    await eventually(async () => (await toldOf(orderId, "order.refunded")).length === 3);
    const { sql } = await openShop();
    await eventually(async () => {
      const [row] = await sql`
        select count(*)::int as count from events.outbox o join events.inbox i on i.event_id = o.id
         where o.key = ${orderId} and i.consumer in ('inventory.restock', 'inventory.release')`;
      return row?.count === 4;
    });
    expect(await stockOf(sku)).toMatchObject({ onHand: 5, reserved: 0 });
    const { status, refunded } = await orderOf(user, orderId);
    expect([status, refunded]).toEqual(["cancelled", usd(2000)]);
  });

  test("with restock leaves the coupon's use spent, until the order is cancelled", async () => {
    const token = await adminToken();
    const user = await newUser();
    const [sku = ""] = await newProduct(5);
    const coupon = `/v1/coupons/R-${randomUUID()}`;
    const couponCode = coupon.slice("/v1/coupons/".length);
    await call("PUT", coupon, { token, body: { percentOff: 10, limit: 1 } });
    const usesAre = (used: number) => eventually(async () => (await call("GET", coupon, { token })).body.used === used);
    const body = { lines: [{ sku, quantity: 1 }], couponCode };
    const { body: order } = await call("POST", "/v1/orders", { token: user.token, key: randomUUID(), body });
    const { body: payment } = await payOrder(user.token, order.id);
    await eventually(async () => (await stockOf(sku)).onHand === 4);
    await refund(payment.id, { amount: usd(1), restock: true });
    await eventually(async () => (await stockOf(sku)).onHand === 5);
    await usesAre(1);
    await call("POST", `/v1/orders/${order.id}/cancel`, { token: user.token });
    await usesAre(0);
    expect(await stockOf(sku)).toMatchObject({ onHand: 5, reserved: 0 });
  });

  test("of a delivered order turns it refunded; of one that was cancelled it stays cancelled", async () => {
    const delivered = await newPaidOrder();
    await fulfil(delivered.orderId, "shipments");
    await fulfil(delivered.orderId, "deliveries");
    await refund(delivered.paymentId, { restock: true });
    await untilOrderIs(delivered.user, delivered.orderId, "refunded");
    await eventually(async () => (await stockOf(delivered.sku)).onHand === 5);
    const cancelled = await newPaidOrder();
    await call("POST", `/v1/orders/${cancelled.orderId}/cancel`, { token: cancelled.user.token });
    await eventually(async () => (await orderOf(cancelled.user, cancelled.orderId)).refunded.amount === 1000);
    expect((await orderOf(cancelled.user, cancelled.orderId)).status).toBe("cancelled");
  });

  test("in the moment of the capture still turns the order refunded, and nobody pays it again", async () => {
    const user = await newUser();
    const [sku = ""] = await newProduct(5);
    const { body: order } = await placeOrder(user.token, [[sku, 1]]);
    const { body: payment } = await payOrder(user.token, order.id);
    const [gone, again] = [await refund(payment.id, {}), await payOrder(user.token, order.id)];
    expect([gone.status, again.status]).toEqual([201, 409]);
    await untilOrderIs(user, order.id, "refunded");
    expect(await held(payment.id)).toBe(0);
  });

  test("that the provider did not hear of stays processing, and the reconciliation asks again", async () => {
    const { user, paymentId } = await newPaidOrder();
    const key = randomUUID();
    const lost = await whileProviderIs("down", () => refund(paymentId, { amount: usd(600) }, key));
    expect([lost.status, lost.body.status]).toEqual([201, "processing"]);
    expect(slugOf(await refund(paymentId, { amount: usd(600) }))).toBe("409 refund-exceeds-captured");
    const { sql, deps } = await openShop();
    await sql`update payments.refunds set asked_at = now() - interval '1 minute' where payment_id = ${paymentId}`;
    await reconcilePayments(backgroundScope(deps, { about: { test: true } }));
    const replay = await refund(paymentId, { amount: usd(600) }, key);
    expect([replay.body.id, replay.body.status]).toEqual([lost.body.id, "succeeded"]);
    expect((await paymentOf(user.token, paymentId)).refunded).toEqual(usd(600));
  });

  test("is refused where nothing was captured, in another currency, of nothing, and to whom it does not concern", async () => {
    const user = await newUser();
    const [sku = ""] = await newProduct(5);
    const { body: order } = await placeOrder(user.token, [[sku, 1]]);
    const { body: declined } = await payOrder(user.token, order.id, "pm_declined");
    expect(slugOf(await refund(declined.id, {}))).toBe("409 payment-state");
    expect(slugOf(await refund(declined.id, { amount: { amount: 1, currency: "EUR" } }))).toBe("422 currency-mismatch");
    expect(slugOf(await refund(declined.id, { amount: usd(0) }))).toBe("422 invalid-request");
    expect(slugOf(await refund(randomUUID(), {}))).toBe("404 not-found");
    const path = `/v1/payments/${declined.id}/refunds`;
    expect((await call("POST", path, { token: user.token, key: "k", body: {} })).status).toBe(403);
    const stranger = await newUser();
    expect((await call("GET", path, { token: stranger.token })).status).toBe(404);
    expect((await call("GET", path, { token: user.token })).body).toEqual({ data: [], nextCursor: null });
  });
});

describe("a provider's webhook about a refund", () => {
  const about = (paymentId: string, amount: number) => ({ paymentId, reference: "ch_test", amount: usd(amount) });

  test("of a whole payment that nobody asked for is believed, once; of a part, or of an uncaptured one it is not", async () => {
    const { user, orderId, paymentId } = await newPaidOrder();
    expect(await sendWebhook("payment.refunded", about(paymentId, 400))).toBe(204);
    expect((await paymentOf(user.token, paymentId)).status).toBe("captured");
    for (let times = 0; times < 3; times++)
      expect(await sendWebhook("payment.refunded", about(paymentId, 1000))).toBe(204);
    expect((await paymentOf(user.token, paymentId)).status).toBe("refunded");
    await untilOrderIs(user, orderId, "refunded");
    expect(await held(paymentId)).toBe(0);
    expect(await toldOf(orderId, "order.refunded")).toHaveLength(1);
    expect(await sendWebhook("payment.captured", about(paymentId, 1000))).toBe(204);
    expect((await paymentOf(user.token, paymentId)).status).toBe("refunded");
  });

  test("ends the refund of that amount which is on its way", async () => {
    const { user, paymentId } = await newPaidOrder();
    await whileProviderIs("down", () => refund(paymentId, { amount: usd(250) }));
    expect(await sendWebhook("payment.refunded", about(paymentId, 250))).toBe(204);
    expect((await paymentOf(user.token, paymentId)).refunded).toEqual(usd(250));
  });

  test("a failed payment's money that moves after its order was refunded goes back too", async () => {
    const user = await newUser();
    const [sku = ""] = await newProduct(5);
    const { body: order } = await placeOrder(user.token, [[sku, 1]]);
    const { body: declined } = await payOrder(user.token, order.id, "pm_declined");
    const { body: payment } = await payOrder(user.token, order.id);
    await refund(payment.id, {});
    await untilOrderIs(user, order.id, "refunded");
    expect(await sendWebhook("payment.captured", about(declined.id, 1000))).toBe(204);
    const { sql } = await openShop();
    const refunds = await sql`select amount::int, reason from checks.refunds where payment_id = ${declined.id}`;
    expect([...refunds]).toEqual([{ amount: 1000, reason: "second-charge" }]);
    expect([(await paymentOf(user.token, declined.id)).status, await held(declined.id)]).toEqual(["failed", 0]);
  });
});
