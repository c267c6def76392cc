import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { callAt, eventually, newProduct, newUser, placeOrder } from "../../../tests/support/client.ts";
import { sendWebhook, whileProviderIs } from "../../../tests/support/sandbox.ts";
import { openShop } from "../../../tests/support/shop.ts";
import { openStripeShop, type StripeShop, sendStripeEvent } from "../../../tests/support/stripe.ts";
import { type PaymentStatus, paymentState } from "./payment-state.ts";

let shop: StripeShop;
beforeAll(async () => {
  shop = await openStripeShop();
}, 60_000);
afterAll(() => shop.close());

const statuses = Object.keys(paymentState) as PaymentStatus[];
/** What a provider may say of a payment: what it has become. */
const says = ["captured", "failed", "refunded"] as const;
type Says = (typeof says)[number];

interface Paid {
  readonly id: string;
  readonly orderId: string;
  readonly userId: string;
  readonly token: string;
  readonly amount: number;
}

interface Speaker {
  readonly name: string;
  /** Begins a payment that its provider leaves so. */
  readonly pay: (token: string, orderId: string, as: "processing" | "failed" | "captured") => Promise<string>;
  /** Sends the webhook that says so of an amount, and answers its status. */
  readonly say: (what: Says, payment: Paid, amount: number) => Promise<number>;
}

async function payAt(url: string, token: string, orderId: string, paymentMethod: string): Promise<string> {
  const options = { token, key: randomUUID(), body: { paymentMethod } };
  return (await callAt(url, "POST", `/v1/orders/${orderId}/payments`, options)).body.id;
}

const sandbox: Speaker = {
  name: "sandbox",
  pay: async (token, orderId, as) => {
    const { url } = await openShop();
    if (as === "processing") return await whileProviderIs("down", () => payAt(url, token, orderId, "pm_ok"));
    return await payAt(url, token, orderId, as === "failed" ? "pm_declined" : "pm_ok");
  },
  say: (what, { id }, amount) =>
    sendWebhook(
      `payment.${what}`,
      { paymentId: id, reference: "ch_test", amount: { amount, currency: "USD" } },
      { to: shop.url },
    ),
};

const stripe: Speaker = {
  name: "stripe",
  pay: (token, orderId, as) => {
    const { stripe: standIn, url } = shop;
    if (as === "processing") return standIn.whileIs("down", () => payAt(url, token, orderId, "pm_card_visa"));
    return payAt(url, token, orderId, as === "failed" ? "pm_card_chargeDeclined" : "pm_card_visa");
  },
  say: (what, { id }, amount) => {
    const [intent] = shop.stripe.intentsOf(id);
    const metadata = { paymentId: id };
    const object = { id: intent?.id ?? "pi_test", amount, amount_received: amount, currency: "usd", metadata };
    if (what !== "refunded")
      return sendStripeEvent(
        shop.url,
        `payment_intent.${what === "captured" ? "succeeded" : "payment_failed"}`,
        object,
      );
    return sendStripeEvent(shop.url, "refund.created", { ...object, status: "succeeded", payment_intent: object.id });
  },
};

async function paymentThatIs(speaker: Speaker, status: PaymentStatus): Promise<Paid> {
  const user = await newUser();
  const [sku = ""] = await newProduct(5);
  const { body: order } = await placeOrder(user.token, [[sku, 1]]);
  const id = await speaker.pay(user.token, order.id, status === "refunded" ? "captured" : status);
  const payment = { id, orderId: order.id, userId: user.id, token: user.token, amount: order.total.amount };
  if (status === "refunded") await speaker.say("refunded", payment, payment.amount);
  expect(await kept(id)).toMatchObject({ status });
  return payment;
}

/** The payment and all that stands and was told about it. */
async function kept(id: string) {
  const { sql } = await openShop();
  const [payment] = await sql<{ status: string; refunded: number; version: number }[]>`
    select status, refunded::int, version::int from payments.payments where id = ${id}`;
  if (payment === undefined) throw new Error("no such payment");
  const events = await sql`select type from events.outbox where key = ${id} order by version`;
  const ledger = await sql`select account, amount::int from checks.ledger where payment_id = ${id} order by 1, 2`;
  return { ...payment, events: events.map(({ type }) => type), ledger: [...ledger] };
}

/** What the instance logs as an error meanwhile: what an operator's alerts listen to. */
async function alertsOf(work: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const log = spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  await work().finally(() => log.mockRestore());
  return lines.map((line) => JSON.parse(line)).flatMap(({ level, message }) => (level === "error" ? [message] : []));
}

describe.each([sandbox, stripe])("what $name says of a payment", (speaker) => {
  const pairs = statuses.flatMap((from) => says.map((what) => [from, what] as const));
  const arrows = pairs.filter(([from, what]) => (paymentState[from] as readonly string[]).includes(what));
  const others = pairs.filter((pair) => !arrows.includes(pair));

  test("has four arrows, and fits none in eight cases", () => {
    expect(arrows.map((arrow) => arrow.join(" -> "))).toEqual([
      "processing -> captured",
      "processing -> failed",
      "failed -> captured",
      "captured -> refunded",
    ]);
    expect(others).toHaveLength(8);
  });

  test.each(arrows)("moves it from %s to %s, once, with its event and its entry", async (from, what) => {
    const payment = await paymentThatIs(speaker, from);
    const before = await kept(payment.id);
    const alerts = await alertsOf(async () => {
      for (let times = 0; times < 2; times++) expect(await speaker.say(what, payment, payment.amount)).toBe(204);
    });
    const now = await kept(payment.id);
    expect(now.status).toBe(what);
    expect(now.refunded).toBe(what === "refunded" ? payment.amount : 0);
    expect(now.events).toEqual([...before.events, `payment.${what}`]);
    expect(now.ledger).toHaveLength(before.ledger.length + (what === "failed" ? 0 : 2));
    expect(alerts).toEqual([]);
  });

  test.each(others)("changes nothing of one that is %s by the word %s", async (from, what) => {
    const payment = await paymentThatIs(speaker, from);
    const before = await kept(payment.id);
    expect(await speaker.say(what, payment, payment.amount)).toBe(204);
    expect(await kept(payment.id)).toEqual(before);
  });

  test.each(arrows)("of another amount does not move it from %s to %s: it alerts", async (from, what) => {
    const payment = await paymentThatIs(speaker, from);
    const before = await kept(payment.id);
    const alerts = await alertsOf(() => speaker.say(what, payment, payment.amount - 1));
    expect(await kept(payment.id)).toEqual(before);
    expect(alerts).toHaveLength(1);
  });

  test("late, of an order that was cancelled meanwhile, gives the money back and leaves the order cancelled", async () => {
    const { url } = await openShop();
    const payment = await paymentThatIs(speaker, "failed");
    await callAt(url, "POST", `/v1/orders/${payment.orderId}/cancel`, { token: payment.token });
    await speaker.say("captured", payment, payment.amount);
    const { sql } = await openShop();
    await eventually(async () => {
      const rows = await sql`select amount::int from payments.refunds where payment_id = ${payment.id}`;
      return rows.length === 1 && rows[0]?.amount === payment.amount;
    });
    const { body } = await callAt(url, "GET", `/v1/orders/${payment.orderId}`, { token: payment.token });
    expect(body.status).toBe("cancelled");
  });
});

test("a second charge at Stripe, of which we noted no name, goes back, and the order keeps one capture", async () => {
  const payment = await paymentThatIs(stripe, "failed");
  const second = await stripe.pay(payment.token, payment.orderId, "captured");
  const [intent] = shop.stripe.intentsOf(payment.id);
  Object.assign(intent ?? {}, { status: "succeeded", amount_received: payment.amount });
  const alerts = await alertsOf(async () => {
    for (let times = 0; times < 2; times++) await stripe.say("captured", payment, payment.amount);
  });
  expect(shop.stripe.refundsOf(payment.id).map(({ amount }) => amount)).toEqual([payment.amount]);
  expect(shop.stripe.refundsOf(second)).toEqual([]);
  expect([(await kept(payment.id)).status, (await kept(second)).status]).toEqual(["failed", "captured"]);
  expect(alerts.length).toBeGreaterThan(0);
});
