import { describe, expect, test } from "bun:test";
import { call, eventually, newProduct, newUser, payOrder, placeOrder } from "../../../tests/support/client.ts";
import { sendWebhook } from "../../../tests/support/sandbox.ts";
import { openShop } from "../../../tests/support/shop.ts";

async function newPayment(paymentMethod: string) {
  const { token } = await newUser();
  const [sku = ""] = await newProduct(5);
  const { body: order } = await placeOrder(token, [[sku, 1]]);
  const { body: payment } = await payOrder(token, order.id, paymentMethod);
  return { token, order, payment, data: { paymentId: payment.id, reference: "ch_test", amount: payment.amount } };
}

async function told(paymentId: string): Promise<string[]> {
  const { sql } = await openShop();
  const rows = await sql<{ type: string }[]>`
    select type from events.outbox where key = ${paymentId} order by version`;
  return rows.map(({ type }) => type);
}

async function held(paymentId: string): Promise<number> {
  const { sql } = await openShop();
  const [row] = await sql`
    select coalesce(sum(amount), 0)::int as amount from checks.ledger where payment_id = ${paymentId} and account = 'provider'`;
  return row?.amount;
}

const read = (token: string, path: string) => call("GET", path, { token, headers: { "Read-Consistency": "strong" } });
const statusOf = async (token: string, path: string) => (await read(token, path)).body.status;

describe("a provider's webhook", () => {
  test("is refused when it is unsigned, signed with another secret, older than five minutes or of no provider", async () => {
    const { data } = await newPayment("pm_slow");
    expect((await call("POST", "/v1/webhooks/sandbox", { body: {} })).body.type).toEndWith("/signature-invalid");
    expect(await sendWebhook("payment.failed", data, { secret: `whsec_${btoa("x".repeat(32))}` })).toBe(401);
    expect(await sendWebhook("payment.failed", data, { at: new Date(Date.now() - 6 * 60_000) })).toBe(401);
    expect((await call("POST", "/v1/webhooks/paypal", { body: {} })).status).toBe(404);
    expect(await told(data.paymentId)).toEqual([]);
  });

  test("of an unknown type or payment, unreadable, or of another amount changes nothing", async () => {
    const { payment, data } = await newPayment("pm_declined");
    expect(await sendWebhook("payment.disputed", data)).toBe(204);
    expect(await sendWebhook("payment.captured", { ...data, paymentId: crypto.randomUUID() })).toBe(204);
    expect(await sendWebhook("payment.captured", { paymentId: payment.id })).toBe(204);
    expect(await sendWebhook("payment.captured", { ...data, amount: { amount: 1, currency: "USD" } })).toBe(204);
    expect(await told(payment.id)).toEqual(["payment.failed"]);
    expect(await held(payment.id)).toBe(0);
  });

  test("twice, or late, changes nothing", async () => {
    const { token, payment, data } = await newPayment("pm_ok");
    expect(await sendWebhook("payment.captured", data)).toBe(204);
    expect(await sendWebhook("payment.failed", { ...data, failureCode: "declined" })).toBe(204);
    expect(await statusOf(token, `/v1/payments/${payment.id}`)).toBe("captured");
    expect(await told(payment.id)).toEqual(["payment.captured"]);
    expect(await held(payment.id)).toBe(payment.amount.amount);
  });

  test("both outcomes many times at once: the money counts, once", async () => {
    const { token, order, payment, data } = await newPayment("pm_slow");
    const types = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? "payment.captured" : "payment.failed"));
    expect(new Set(await Promise.all(types.map((type) => sendWebhook(type, data))))).toEqual(new Set([204]));
    expect(await statusOf(token, `/v1/payments/${payment.id}`)).toBe("captured");
    expect((await told(payment.id)).filter((type) => type === "payment.captured")).toHaveLength(1);
    expect(await held(payment.id)).toBe(payment.amount.amount);
    await eventually(async () => (await statusOf(token, `/v1/orders/${order.id}`)) === "paid");
  });

  test("a failed payment whose money moved after all pays its pending order", async () => {
    const { token, order, payment, data } = await newPayment("pm_declined");
    expect(await sendWebhook("payment.captured", data)).toBe(204);
    const { body } = await read(token, `/v1/payments/${payment.id}`);
    expect([body.status, body.failureCode]).toEqual(["captured", undefined]);
    await eventually(async () => (await statusOf(token, `/v1/orders/${order.id}`)) === "paid");
  });

  test("a failed payment whose money moved beside another one's is given back, the order keeps one capture", async () => {
    const { sql } = await openShop();
    const { token, order, payment, data } = await newPayment("pm_declined");
    const { body: second } = await payOrder(token, order.id);
    for (let times = 0; times < 3; times++) expect(await sendWebhook("payment.captured", data)).toBe(204);
    const refunds = await sql`select amount::int, reason from payments.refunds where payment_id = ${payment.id}`;
    expect([...refunds]).toEqual([{ amount: payment.amount.amount, reason: "second-charge" }]);
    expect(await statusOf(token, `/v1/payments/${payment.id}`)).toBe("failed");
    expect(await statusOf(token, `/v1/payments/${second.id}`)).toBe("captured");
    expect([await held(payment.id), await held(second.id)]).toEqual([0, second.amount.amount]);
  });
});
