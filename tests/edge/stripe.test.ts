import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { call, callAt, newProduct, newUser, placeOrder } from "../support/client.ts";
import { type Edge, startEdge } from "../support/edge.ts";
import { openShop } from "../support/shop.ts";
import { sendStripeEvent, stripeSettings } from "../support/stripe.ts";
import { type StripeStandIn, startStripeStandIn } from "../support/stripe-stand-in.ts";

let stripe: StripeStandIn;
let edge: Edge;
beforeAll(async () => {
  stripe = startStripeStandIn();
  const { url } = await openShop();
  edge = await startEdge({ publicUrl: url, own: stripeSettings(stripe.url) });
}, 90_000);
afterAll(async () => {
  await edge.stop();
  stripe.stop();
});

test("in workerd Stripe's library charges, and tells its own webhooks from others", async () => {
  const { token } = await newUser();
  const [sku = ""] = await newProduct(5);
  const pay = async (paymentMethod: string) => {
    const { body: order } = await placeOrder(token, [[sku, 1]]);
    const options = { token, key: randomUUID(), body: { paymentMethod } };
    return (await callAt(edge.url, "POST", `/v1/orders/${order.id}/payments`, options)).body;
  };
  const statusOf = async ({ id }: { id: string }) =>
    (await call("GET", `/v1/payments/${id}`, { token, headers: { "Read-Consistency": "strong" } })).body.status;
  // One isolate, several requests: what belongs to one must not be used by the next.
  const [paid, slow, declined] = await Promise.all([
    pay("pm_card_visa"),
    pay("pm_card_slow"),
    pay("pm_card_chargeDeclined"),
  ]);
  expect([paid.status, slow.status, declined.status, declined.failureCode]).toEqual([
    "captured",
    "processing",
    "failed",
    "insufficient_funds",
  ]);
  const [intent] = stripe.intentsOf(slow.id);
  const event = { ...intent, amount_received: intent?.amount };
  const send = (secret?: string) =>
    sendStripeEvent(edge.url, "payment_intent.succeeded", event, secret === undefined ? {} : { secret });
  expect(await send("whsec_of-somebody-else")).toBe(401);
  expect(await statusOf(slow)).toBe("processing");
  expect(await send()).toBe(204);
  expect(await statusOf(slow)).toBe("captured");
});
