import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import {
  adminToken,
  call,
  callAt,
  eventually,
  newProduct,
  newUser,
  placeOrder,
} from "../../../../tests/support/client.ts";
import { openShop } from "../../../../tests/support/shop.ts";
import { openStripeShop, type StripeShop, sendStripeEvent } from "../../../../tests/support/stripe.ts";
import { reconcilePayments } from "../reconcile-payments.ts";

let shop: StripeShop;
beforeAll(async () => {
  shop = await openStripeShop();
}, 60_000);
afterAll(() => shop.close());

async function newOrder() {
  const { token } = await newUser();
  const [sku = ""] = await newProduct(5);
  const { body: order } = await placeOrder(token, [[sku, 1]]);
  return { token, order };
}

const pay = (token: string, orderId: string, paymentMethod = "pm_card_visa", key = randomUUID()) =>
  callAt(shop.url, "POST", `/v1/orders/${orderId}/payments`, { token, key, body: { paymentMethod } });
const paid = async (paymentMethod?: string) => {
  const { token, order } = await newOrder();
  const { body } = await pay(token, order.id, paymentMethod);
  return { token, order, payment: body };
};
const refund = async (paymentId: string, body: object, key = randomUUID()) =>
  callAt(shop.url, "POST", `/v1/payments/${paymentId}/refunds`, { token: await adminToken(), key, body });

const strong = { "Read-Consistency": "strong" };
const read = async (token: string, path: string) => (await call("GET", path, { token, headers: strong })).body;
const usd = (amount: number) => ({ amount, currency: "USD" });

async function reconcile(paymentId: string): Promise<void> {
  const { sql } = await openShop();
  await sql`update payments.payments set asked_at = now() - interval '1 minute' where id = ${paymentId}`;
  await sql`update payments.refunds set asked_at = now() - interval '1 minute' where payment_id = ${paymentId}`;
  await reconcilePayments(shop.scope());
}

async function refundsKept(paymentId: string) {
  const { sql } = await openShop();
  const rows = await sql<{ status: string; amount: number }[]>`
    select status, amount::int from checks.refunds where payment_id = ${paymentId} order by amount`;
  return rows.map(({ status, amount }) => `${status} ${amount}`);
}

describe("paying by Stripe", () => {
  test("charges once, under our payment's id, and turns the order paid", async () => {
    const { token, order } = await newOrder();
    const key = randomUUID();
    const { status, body } = await pay(token, order.id, "pm_card_visa", key);
    expect([status, body.status, body.amount]).toEqual([201, "captured", order.total]);
    const again = await pay(token, order.id, "pm_card_visa", key);
    expect([again.status, again.body.id]).toEqual([201, body.id]);
    expect(shop.stripe.intentsOf(body.id)).toMatchObject([{ amount: order.total.amount, currency: "usd" }]);
    const made = shop.stripe.asked.find(({ key }) => key === body.id);
    expect(Object.fromEntries(made?.params ?? [])).toEqual({
      amount: String(order.total.amount),
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: "true",
      error_on_requires_action: "true",
      "automatic_payment_methods[enabled]": "true",
      "automatic_payment_methods[allow_redirects]": "never",
      "metadata[paymentId]": body.id,
    });
    await eventually(async () => (await read(token, `/v1/orders/${order.id}`)).status === "paid");
  });

  test("a declined card fails the payment with Stripe's word for it; the order may be paid again", async () => {
    const { token, order } = await newOrder();
    const declined = await pay(token, order.id, "pm_card_chargeDeclined");
    expect([declined.status, declined.body.status, declined.body.failureCode]).toEqual([
      201,
      "failed",
      "insufficient_funds",
    ]);
    const unknown = await pay(token, order.id, "pm_of_nobody");
    expect([unknown.body.status, unknown.body.failureCode]).toEqual(["failed", "resource_missing"]);
    expect((await pay(token, order.id)).body.status).toBe("captured");
    const { data } = await read(token, `/v1/orders/${order.id}/payments`);
    expect(data.map(({ status }: { status: string }) => status)).toEqual(["captured", "failed", "failed"]);
  });

  test("what is no payment method of Stripe's is refused before anybody is asked", async () => {
    const { token, order } = await newOrder();
    const { status, body } = await pay(token, order.id, "tok_visa");
    expect([status, body.errors[0].path]).toEqual([422, "paymentMethod"]);
  });

  test("silent or down, Stripe leaves the payment processing, within its time", async () => {
    const { token, order } = await newOrder();
    const began = Date.now();
    const { status, body } = await shop.stripe.whileIs("silent", () => pay(token, order.id));
    expect([status, body.status]).toEqual([201, "processing"]);
    expect(Date.now() - began).toBeLessThan(15_000);
    expect((await pay(token, order.id)).body.type).toEndWith("/payment-in-progress");
  });
});

describe("a payment whose answer and webhook never came", () => {
  test("is charged once and captured, though the search does not know it yet", async () => {
    const { token, order } = await newOrder();
    const { body } = await shop.stripe.whileIs("lost", () => pay(token, order.id));
    expect(body.status).toBe("processing");
    shop.stripe.knobs.indexed = false;
    await reconcile(body.id).finally(() => {
      shop.stripe.knobs.indexed = true;
    });
    expect((await read(token, `/v1/payments/${body.id}`)).status).toBe("captured");
    expect(shop.stripe.intentsOf(body.id)).toHaveLength(1);
  });

  test.each(["by the search", "by its key"])("is found %s when Stripe has captured it meanwhile", async (how) => {
    const { token, payment } = await paid("pm_card_slow");
    expect(payment.status).toBe("processing");
    await reconcile(payment.id);
    expect((await read(token, `/v1/payments/${payment.id}`)).status).toBe("processing");
    const [intent] = shop.stripe.intentsOf(payment.id);
    if (intent === undefined) throw new Error("not charged");
    Object.assign(intent, { status: "succeeded", amount_received: intent.amount });
    if (how === "by the search") shop.stripe.forgetKeys();
    else shop.stripe.knobs.indexed = false;
    await reconcile(payment.id);
    shop.stripe.knobs.indexed = true;
    expect((await read(token, `/v1/payments/${payment.id}`)).status).toBe("captured");
    expect(shop.stripe.intentsOf(payment.id)).toHaveLength(1);
  });

  test("of an order that ended is given up only when the search would surely know it, and else goes back", async () => {
    const { sql } = await openShop();
    const [charged, unheard] = [await newOrder(), await newOrder()];
    const { body: lost } = await shop.stripe.whileIs("lost", () => pay(charged.token, charged.order.id));
    const { body: down } = await shop.stripe.whileIs("down", () => pay(unheard.token, unheard.order.id));
    for (const { token, order } of [charged, unheard]) await call("POST", `/v1/orders/${order.id}/cancel`, { token });
    shop.stripe.knobs.indexed = false;
    await reconcile(lost.id);
    await reconcile(down.id);
    shop.stripe.knobs.indexed = true;
    const status = async (token: string, id: string) => (await read(token, `/v1/payments/${id}`)).status;
    expect([await status(charged.token, lost.id), await status(unheard.token, down.id)]).toEqual([
      "processing",
      "processing",
    ]);
    await reconcile(lost.id);
    expect(await status(charged.token, lost.id)).toBe("captured");
    await eventually(async () => (await refundsKept(lost.id)).length === 1);
    await reconcile(lost.id);
    expect(await status(charged.token, lost.id)).toBe("refunded");
    expect(shop.stripe.refundsOf(lost.id)).toHaveLength(1);
    await sql`update payments.payments set created_at = now() - interval '2 hours' where id = ${down.id}`;
    await reconcile(down.id);
    const { status: ended, failureCode } = await read(unheard.token, `/v1/payments/${down.id}`);
    expect([ended, failureCode]).toEqual(["failed", "order-ended"]);
    expect(shop.stripe.intentsOf(down.id)).toEqual([]);
  });
});

describe("a refund by Stripe", () => {
  test("gives back a part under our refund's id, then the rest, and never more", async () => {
    const { payment } = await paid();
    const part = await refund(payment.id, { amount: usd(300) });
    expect([part.status, part.body.status]).toEqual([201, "succeeded"]);
    expect(shop.stripe.asked.some(({ call, key }) => call === "POST /v1/refunds" && key === part.body.id)).toBe(true);
    expect((await refund(payment.id, {})).body.amount).toEqual(usd(700));
    expect((await refund(payment.id, {})).body.type).toEndWith("/refund-exceeds-captured");
    expect(shop.stripe.refundsOf(payment.id).map(({ amount }) => amount)).toEqual([300, 700]);
  });

  test("that is on its way for longer than Stripe remembers its key is asked about, not made again", async () => {
    const { token, payment } = await paid();
    shop.stripe.knobs.refundsBecome = "pending";
    const { body } = await refund(payment.id, { amount: usd(400) });
    shop.stripe.knobs.refundsBecome = "succeeded";
    expect(body.status).toBe("processing");
    shop.stripe.forgetKeys();
    await reconcile(payment.id);
    expect(await refundsKept(payment.id)).toEqual(["processing 400"]);
    for (const one of shop.stripe.refundsOf(payment.id)) one.status = "succeeded";
    await reconcile(payment.id);
    expect(await refundsKept(payment.id)).toEqual(["succeeded 400"]);
    expect(shop.stripe.refundsOf(payment.id)).toHaveLength(1);
    expect((await read(token, `/v1/payments/${payment.id}`)).refunded).toEqual(usd(400));
  });

  test("that Stripe did not hear of, or whose answer was lost, is made by the reconciliation, once", async () => {
    for (const mode of ["down", "lost"] as const) {
      const { payment } = await paid();
      const { body } = await shop.stripe.whileIs(mode, () => refund(payment.id, { amount: usd(200) }));
      expect(body.status).toBe("processing");
      await Promise.all([reconcile(payment.id), reconcile(payment.id)]);
      expect(await refundsKept(payment.id)).toEqual(["succeeded 200"]);
      expect(shop.stripe.refundsOf(payment.id)).toHaveLength(1);
    }
  });
});

describe("Stripe's webhook", () => {
  const eventOf = async (paymentId: string, more: object = {}) => {
    const [intent] = shop.stripe.intentsOf(paymentId);
    return { ...intent, ...more };
  };

  test("is refused when it is unsigned, signed with another secret or older than five minutes", async () => {
    const { token, payment } = await paid("pm_card_slow");
    const event = await eventOf(payment.id, { amount_received: payment.amount.amount });
    const send = (signing: object) => sendStripeEvent(shop.url, "payment_intent.succeeded", event, signing);
    expect((await callAt(shop.url, "POST", "/v1/webhooks/stripe", { body: {} })).body.type).toEndWith(
      "/signature-invalid",
    );
    expect(await send({ secret: "whsec_of-somebody-else" })).toBe(401);
    expect(await send({ at: new Date(Date.now() - 6 * 60_000) })).toBe(401);
    expect((await read(token, `/v1/payments/${payment.id}`)).status).toBe("processing");
    expect(await send({})).toBe(204);
    expect((await read(token, `/v1/payments/${payment.id}`)).status).toBe("captured");
  });

  test("of what is none of ours, unknown or not to be read changes nothing", async () => {
    const { token, payment } = await paid("pm_card_slow");
    const event = await eventOf(payment.id);
    const send = (type: string, object: object) => sendStripeEvent(shop.url, type, object);
    expect(await send("charge.dispute.created", event)).toBe(204);
    expect(await send("payment_intent.succeeded", { id: "pi_1" })).toBe(204);
    expect(await send("payment_intent.succeeded", { ...event, metadata: {} })).toBe(204);
    expect(await send("payment_intent.succeeded", { ...event, metadata: { paymentId: "no id" } })).toBe(204);
    expect(await send("payment_intent.succeeded", { ...event, metadata: { paymentId: randomUUID() } })).toBe(204);
    expect((await call("POST", "/v1/webhooks/stripe", { body: {} })).status).toBe(404);
    expect((await read(token, `/v1/payments/${payment.id}`)).status).toBe("processing");
  });

  test("says why a payment failed, or that Stripe gave it up", async () => {
    const [declined, canceled] = [await paid("pm_card_slow"), await paid("pm_card_slow")];
    const error = { code: "card_declined", decline_code: "lost_card" };
    const event = await eventOf(declined.payment.id, { last_payment_error: error });
    await sendStripeEvent(shop.url, "payment_intent.payment_failed", event);
    await sendStripeEvent(shop.url, "payment_intent.canceled", await eventOf(canceled.payment.id));
    expect((await read(declined.token, `/v1/payments/${declined.payment.id}`)).failureCode).toBe("lost_card");
    expect((await read(canceled.token, `/v1/payments/${canceled.payment.id}`)).failureCode).toBe("canceled");
  });

  test("ends a refund on its way; one that failed may be asked for again, one that ended is not contradicted", async () => {
    const { payment } = await paid();
    shop.stripe.knobs.refundsBecome = "pending";
    for (const amount of [100, 200]) await refund(payment.id, { amount: usd(amount) });
    shop.stripe.knobs.refundsBecome = "succeeded";
    const [first, second] = shop.stripe.refundsOf(payment.id);
    const send = (type: string, object: object) => sendStripeEvent(shop.url, type, object);
    expect(await send("refund.updated", { ...first, amount: 99, status: "succeeded" })).toBe(204);
    expect(await refundsKept(payment.id)).toEqual(["processing 100", "processing 200"]);
    expect(await send("refund.updated", { ...first, status: "succeeded" })).toBe(204);
    expect(await send("refund.failed", { ...second, status: "failed" })).toBe(204);
    expect(await send("refund.failed", { ...first, status: "failed" })).toBe(204);
    expect(await send("refund.updated", { ...second, status: "succeeded" })).toBe(204);
    expect(await refundsKept(payment.id)).toEqual(["succeeded 100", "failed 200"]);
    Object.assign(second ?? {}, { status: "failed" });
    expect((await refund(payment.id, {})).body.amount).toEqual(usd(900));
  });

  test("of a refund that somebody made at Stripe is believed where it is all, and sent again while we cannot ask whose", async () => {
    const [whole, part] = [await paid(), await paid()];
    const made = (paymentId: string, amount: number) => ({
      id: `re_${randomUUID()}`,
      amount,
      currency: "usd",
      status: "succeeded",
      payment_intent: shop.stripe.intentsOf(paymentId)[0]?.id,
      metadata: {},
    });
    const send = (object: object) => sendStripeEvent(shop.url, "refund.created", object);
    const all = made(whole.payment.id, whole.payment.amount.amount);
    expect(await shop.stripe.whileIs("down", () => send(all))).toBe(503);
    for (let times = 0; times < 2; times++) expect(await send(all)).toBe(204);
    expect(await send(made(part.payment.id, 1))).toBe(204);
    expect((await read(whole.token, `/v1/payments/${whole.payment.id}`)).status).toBe("refunded");
    expect((await read(part.token, `/v1/payments/${part.payment.id}`)).refunded).toEqual(usd(0));
  });

  test("of a refund at Stripe is never taken for one of ours on its way", async () => {
    const { payment } = await paid();
    shop.stripe.knobs.refundsBecome = "pending";
    await refund(payment.id, { amount: usd(100) });
    shop.stripe.knobs.refundsBecome = "succeeded";
    const [ours] = shop.stripe.refundsOf(payment.id);
    await sendStripeEvent(shop.url, "refund.created", { ...ours, status: "succeeded", metadata: {} });
    expect(await refundsKept(payment.id)).toEqual(["processing 100"]);
  });
});
