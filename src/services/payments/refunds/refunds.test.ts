import { describe, expect, test } from "bun:test";
import { call, eventually, newProduct, newUser, payOrder, placeOrder } from "../../../../tests/support/client.ts";
import { chargesOf, sendWebhook, whileProviderIs } from "../../../../tests/support/sandbox.ts";
import { openShop } from "../../../../tests/support/shop.ts";
import { backgroundScope } from "../../../platform/scope.ts";
import { reconcilePayments } from "../reconcile-payments.ts";

async function newOrder() {
  const { token } = await newUser();
  const [sku = ""] = await newProduct(5);
  const { body: order } = await placeOrder(token, [[sku, 1]]);
  return { token, order };
}

/** Runs the job as if the payments and refunds of an order had been processing for long. */
async function reconcileNow(paymentId: string): Promise<void> {
  const { sql, deps } = await openShop();
  await sql`update payments.payments set asked_at = now() - interval '1 minute' where id = ${paymentId}`;
  await sql`update payments.refunds set asked_at = now() - interval '1 minute' where payment_id = ${paymentId}`;
  await reconcilePayments(backgroundScope(deps, { about: { test: true } }));
}

async function held(paymentId: string): Promise<number> {
  const { sql } = await openShop();
  const [row] = await sql`
    select coalesce(sum(amount), 0)::int as amount from checks.ledger where payment_id = ${paymentId} and account = 'provider'`;
  return row?.amount;
}

const read = async (token: string, path: string) =>
  (await call("GET", path, { token, headers: { "Read-Consistency": "strong" } })).body;
const payment = (token: string, id: string) => read(token, `/v1/payments/${id}`);
const statusOfOrder = async (token: string, id: string) => (await read(token, `/v1/orders/${id}`)).status;
const cancel = (token: string, id: string) => call("POST", `/v1/orders/${id}/cancel`, { token });

describe("money of orders that ended", () => {
  test("a paid order that is cancelled is refunded in full, once, with its ledger entry and event", async () => {
    const { sql } = await openShop();
    const { token, order } = await newOrder();
    const { body: paid } = await payOrder(token, order.id);
    await eventually(async () => (await statusOfOrder(token, order.id)) === "paid");
    expect((await cancel(token, order.id)).status).toBe(200);
    await eventually(async () => (await payment(token, paid.id)).status === "refunded");
    expect((await payment(token, paid.id)).refunded).toEqual(order.total);
    await sendWebhook("payment.captured", { paymentId: paid.id, reference: "late", amount: paid.amount });
    const events = await sql`select type, version::int from events.outbox where key = ${paid.id} order by version`;
    expect([...events]).toEqual([
      { type: "payment.captured", version: 1 },
      { type: "payment.refunded", version: 2 },
    ]);
    expect(await held(paid.id)).toBe(0);
    const [refund] = await sql`select count(*)::int as count from payments.refunds where payment_id = ${paid.id}`;
    expect(refund?.count).toBe(1);
  });

  test("money captured after the order was cancelled comes back, and the order stays cancelled", async () => {
    const { token, order } = await newOrder();
    const { body: slow } = await payOrder(token, order.id, "pm_slow");
    await cancel(token, order.id);
    await eventually(async () => (await payment(token, slow.id)).status === "refunded");
    expect(await statusOfOrder(token, order.id)).toBe("cancelled");
    expect(await held(slow.id)).toBe(0);
  });

  test("a refund that the provider did not hear of is asked for again", async () => {
    const { sql } = await openShop();
    const { token, order } = await newOrder();
    const { body: paid } = await payOrder(token, order.id);
    await eventually(async () => (await statusOfOrder(token, order.id)) === "paid");
    await whileProviderIs("down", async () => {
      await cancel(token, order.id);
      await eventually(async () => {
        const [row] = await sql`select status from payments.refunds where payment_id = ${paid.id}`;
        return row?.status === "processing";
      });
      await Bun.sleep(500);
    });
    expect((await payment(token, paid.id)).status).toBe("captured");
    await reconcileNow(paid.id);
    expect((await payment(token, paid.id)).status).toBe("refunded");
  });
});

describe("the reconciliation", () => {
  test("charges a payment that the provider never heard of, once", async () => {
    const { token, order } = await newOrder();
    const { body: lost } = await whileProviderIs("down", () => payOrder(token, order.id));
    expect(await chargesOf(lost.id)).toEqual([]);
    await whileProviderIs("down", () => reconcileNow(lost.id));
    expect((await payment(token, lost.id)).status).toBe("processing");
    await Promise.all([reconcileNow(lost.id), reconcileNow(lost.id)]);
    expect((await payment(token, lost.id)).status).toBe("captured");
    expect(await chargesOf(lost.id)).toHaveLength(1);
    expect(await held(lost.id)).toBe(order.total.amount);
  });

  test("does not charge for an order that ended meanwhile", async () => {
    const { token, order } = await newOrder();
    const { body: lost } = await whileProviderIs("down", () => payOrder(token, order.id));
    await cancel(token, order.id);
    await reconcileNow(lost.id);
    const { status, failureCode } = await payment(token, lost.id);
    expect([status, failureCode]).toEqual(["failed", "order-ended"]);
    expect(await chargesOf(lost.id)).toEqual([]);
  });
});

describe("the database", () => {
  test("holds a young processing payment against its order's expiry, and refuses a changed or deleted ledger entry", async () => {
    const { sql, deps } = await openShop();
    const { token, order } = await newOrder();
    const { body: slow } = await payOrder(token, order.id, "pm_slow");
    const scope = backgroundScope(deps, { about: { test: true } });
    const keys = [{ userId: order.userId, orderId: order.id }];
    expect(await deps.ports.payments.beingPaid(scope, keys)).toEqual(new Set([order.id]));
    await eventually(async () => (await payment(token, slow.id)).status === "captured");
    expect(await deps.ports.payments.beingPaid(scope, keys)).toEqual(new Set());
    await expect(sql`update payments.ledger set amount = 0 where payment_id = ${slow.id}`.execute()).rejects.toThrow(
      "append-only",
    );
    await expect(sql`delete from payments.ledger where payment_id = ${slow.id}`.execute()).rejects.toThrow(
      "append-only",
    );
  });
});
