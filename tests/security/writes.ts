import { randomUUID } from "node:crypto";
import { mailedToken } from "../../src/platform/mailed-token.ts";
import { newGoods, newOrder, newPaidOrder } from "../races/families/goods.ts";
import { callAt } from "../support/client.ts";
import { logInAt, newUserAt, type OwnShop } from "../support/own-shop.ts";

/** A request that succeeds, on things of its own. */
export interface Write {
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null where the operation reads none. */
  readonly body: Readonly<Record<string, unknown>> | null;
  /** The provider signs it. */
  readonly isSigned?: true;
}

const usd = (amount: number) => ({ amount, currency: "USD" });
const shippingAddress = { name: "A", line1: "B", city: "C", postalCode: "D", country: "DE" };
const newPassword = "a-brand-new-password";

const first = ({ instances: [{ url }] }: OwnShop) => url;

async function user(shop: OwnShop) {
  const { id, email, password, token } = await newUserAt(first(shop));
  return { id, email, password, token, path: "/v1/users/me" };
}

async function mailed(shop: OwnShop, of: "reset" | "verification") {
  const { id, email } = await user(shop);
  if (of === "reset") await callAt(first(shop), "POST", "/v1/password-resets", { body: { email } });
  const type = of === "reset" ? "user.reset-requested" : "user.registered";
  const [row] = await shop.sql`select data->>'requestId' as id from events.outbox where key = ${id} and type = ${type}`;
  return mailedToken(shop.instances[0].deps.config, of, String(row?.id));
}

async function session(shop: OwnShop) {
  const tokens = await logInAt(first(shop), await user(shop));
  if (tokens === undefined) throw new Error("not logged in");
  return { token: tokens.accessToken, refreshToken: tokens.refreshToken };
}

function product() {
  const tag = randomUUID().slice(-12);
  return {
    slug: `written-${tag}`,
    name: "Written",
    description: "",
    category: "written",
    images: [{ url: "/picture.svg", alt: "A picture" }],
    variants: [{ sku: `W-${tag}`, name: "V", price: usd(1000) }],
    metadata: {},
  };
}

async function savedProduct({ instances: [{ url }], adminToken: token }: OwnShop) {
  const [path, body] = [`/v1/products/${randomUUID()}`, product()];
  await callAt(url, "PUT", path, { token, body });
  return { path, body, token };
}

async function coupon({ instances: [{ url }], adminToken: token }: OwnShop) {
  const path = `/v1/coupons/W-${randomUUID().slice(-12)}`;
  await callAt(url, "PUT", path, { token, body: { percentOff: 10 } });
  return { path, token };
}

async function basket(shop: OwnShop) {
  const [{ sku }, { token }] = await Promise.all([newGoods(shop, 50), user(shop)]);
  return { lines: [{ sku, quantity: 1 }], token };
}

async function paidOrder(shop: OwnShop) {
  const order = await newPaidOrder(shop);
  await shop.settle();
  return { ...order, token: shop.adminToken };
}

async function apiKey({ instances: [{ url }], adminToken: token }: OwnShop) {
  const body = { name: "Written", scopes: ["orders:read"] };
  const made = await callAt(url, "POST", "/v1/api-keys", { token, body });
  return { path: `/v1/api-keys/${made.body.id}`, token };
}

const hook = { url: "https://hooks.example/", events: ["order.paid"] };

async function endpoint({ instances: [{ url }], adminToken: token }: OwnShop) {
  const made = await callAt(url, "POST", "/v1/webhook-endpoints", { token, body: hook });
  return { path: `/v1/webhook-endpoints/${made.body.id}`, id: String(made.body.id), token };
}

/** How to make a request that succeeds, for each operation of the document that is no GET: one that is not here fails the suite. */
export const writes: Readonly<Record<string, (shop: OwnShop) => Promise<Write>>> = {
  "POST /v1/users": async () => ({
    path: "/v1/users",
    body: { email: `w-${randomUUID()}@example.com`, password: newPassword, name: "Writer" },
  }),
  "DELETE /v1/users/me": async (shop) => ({ ...(await user(shop)), body: null }),
  "PATCH /v1/users/me": async (shop) => ({ ...(await user(shop)), body: { name: "Renamed" } }),
  "PUT /v1/users/me/password": async (shop) => {
    const { token, password } = await user(shop);
    return { path: "/v1/users/me/password", token, body: { currentPassword: password, newPassword } };
  },
  "POST /v1/password-resets": async (shop) => ({
    path: "/v1/password-resets",
    body: { email: (await user(shop)).email },
  }),
  "PUT /v1/password-resets": async (shop) => ({
    path: "/v1/password-resets",
    body: { token: await mailed(shop, "reset"), password: newPassword },
  }),
  "POST /v1/email-verifications": async (shop) => ({
    path: "/v1/email-verifications",
    token: (await user(shop)).token,
    body: null,
  }),
  "POST /v1/email-verifications/confirm": async (shop) => ({
    path: "/v1/email-verifications/confirm",
    body: { token: await mailed(shop, "verification") },
  }),
  "POST /v1/sessions": async (shop) => {
    const { email, password } = await user(shop);
    return { path: "/v1/sessions", body: { email, password } };
  },
  "POST /v1/sessions/refresh": async (shop) => ({
    path: "/v1/sessions/refresh",
    body: { refreshToken: (await session(shop)).refreshToken },
  }),
  "DELETE /v1/sessions/current": async (shop) => ({
    path: "/v1/sessions/current",
    token: (await session(shop)).token,
    body: null,
  }),
  "DELETE /v1/sessions/{id}": async (shop) => {
    const { token } = await session(shop);
    const { body } = await callAt(first(shop), "GET", "/v1/sessions", {
      token,
      headers: { "Read-Consistency": "strong" },
    });
    const other = body.data.find(({ current }: { current: boolean }) => !current);
    return { path: `/v1/sessions/${other.id}`, token, body: null };
  },
  "PUT /v1/products/{id}": async ({ adminToken: token }) => ({
    path: `/v1/products/${randomUUID()}`,
    token,
    body: product(),
  }),
  "DELETE /v1/products/{id}": async (shop) => ({ ...(await savedProduct(shop)), body: null }),
  "POST /v1/products/imports": async ({ adminToken: token }) => ({
    path: "/v1/products/imports",
    token,
    headers: { "Content-Type": "application/x-ndjson" },
    body: product(),
  }),
  "PUT /v1/stock/{sku}": async ({ adminToken: token }) => ({
    path: `/v1/stock/W-${randomUUID().slice(-12)}`,
    token,
    body: { onHand: 5 },
  }),
  "POST /v1/stock/{sku}/adjustments": async (shop) => ({
    path: `/v1/stock/${(await newGoods(shop, 5)).sku}/adjustments`,
    token: shop.adminToken,
    body: { delta: 1, reason: "found" },
  }),
  "POST /v1/quotes": async (shop) => ({
    path: "/v1/quotes",
    body: { lines: (await basket(shop)).lines, shippingAddress },
  }),
  "PUT /v1/cart": async (shop) => {
    const { lines, token } = await basket(shop);
    return { path: "/v1/cart", token, body: { lines } };
  },
  "PUT /v1/coupons/{code}": async ({ adminToken: token }) => ({
    path: `/v1/coupons/W-${randomUUID().slice(-12)}`,
    token,
    body: { amountOff: usd(1), limit: 5 },
  }),
  "DELETE /v1/coupons/{code}": async (shop) => ({ ...(await coupon(shop)), body: null }),
  "POST /v1/orders": async (shop) => {
    const { lines, token } = await basket(shop);
    const body = { lines, shippingAddress, expectedTotal: usd(1000), metadata: { gift: "yes" } };
    return { path: "/v1/orders", token, body };
  },
  "POST /v1/orders/{id}/cancel": async (shop) => {
    const { user: buyer, orderId } = await newOrder(shop);
    return { path: `/v1/orders/${orderId}/cancel`, token: buyer.token, body: null };
  },
  "POST /v1/orders/{id}/payments": async (shop) => {
    const { user: buyer, orderId } = await newOrder(shop);
    return { path: `/v1/orders/${orderId}/payments`, token: buyer.token, body: { paymentMethod: "pm_ok" } };
  },
  "POST /v1/orders/{id}/shipments": async (shop) => {
    const { orderId, token } = await paidOrder(shop);
    return { path: `/v1/orders/${orderId}/shipments`, token, body: { carrier: "ACME" } };
  },
  "POST /v1/orders/{id}/deliveries": async (shop) => {
    const { orderId, token } = await paidOrder(shop);
    await callAt(first(shop), "POST", `/v1/orders/${orderId}/shipments`, { token, body: {} });
    return { path: `/v1/orders/${orderId}/deliveries`, token, body: {} };
  },
  "POST /v1/payments/{id}/refunds": async (shop) => {
    const { paymentId, token } = await paidOrder(shop);
    return { path: `/v1/payments/${paymentId}/refunds`, token, body: { amount: usd(1) } };
  },
  "PATCH /v1/notifications/{id}": async (shop) => {
    const { id, token } = await user(shop);
    await shop.settle();
    const [row] = await shop.sql`select id from notifications.notifications where user_id = ${id}`;
    return { path: `/v1/notifications/${row?.id}`, token, body: { read: true } };
  },
  "PATCH /v1/admin/users/{id}": async (shop) => ({
    path: `/v1/admin/users/${(await user(shop)).id}`,
    token: shop.adminToken,
    body: { disabled: true },
  }),
  "POST /v1/api-keys": async ({ adminToken: token }) => ({
    path: "/v1/api-keys",
    token,
    body: { name: "Written", scopes: ["orders:read"] },
  }),
  "DELETE /v1/api-keys/{id}": async (shop) => ({ ...(await apiKey(shop)), body: null }),
  "POST /v1/webhook-endpoints": async ({ adminToken: token }) => ({
    path: "/v1/webhook-endpoints",
    token,
    body: hook,
  }),
  "PATCH /v1/webhook-endpoints/{id}": async (shop) => ({ ...(await endpoint(shop)), body: { enabled: false } }),
  "DELETE /v1/webhook-endpoints/{id}": async (shop) => ({ ...(await endpoint(shop)), body: null }),
  "POST /v1/webhook-endpoints/{id}/secret": async (shop) => {
    const { path, token } = await endpoint(shop);
    return { path: `${path}/secret`, token, body: null };
  },
  "POST /v1/webhook-endpoints/{id}/deliveries/{did}/redeliver": async (shop) => {
    const { path, id, token } = await endpoint(shop);
    const [row] = await shop.sql`
      insert into notifications.webhook_deliveries (endpoint_id, event_id, type, payload)
      values (${id}, uuidv7(), 'order.paid', '{}') returning id`;
    return { path: `${path}/deliveries/${row?.id}/redeliver`, token, body: null };
  },
  "POST /v1/ops/dead-events/{id}/replay": async ({ sql, adminToken: token }) => {
    const body = {
      id: Bun.randomUUIDv7(),
      version: 1,
      occurredAt: new Date().toISOString(),
      key: "W-dead",
      traceparent: null,
    };
    const event = { ...body, type: "stock.changed", schema: 1, data: { sku: "W-dead", available: true } };
    const [row] = await sql`
      insert into events.dead (consumer, event_id, type, body, attempts, last_error)
      values ('catalog.availability', ${event.id}, ${event.type}, ${JSON.stringify(event)}::text::jsonb, 5, 'none')
      returning id`;
    return { path: `/v1/ops/dead-events/${row?.id}/replay`, token, body: null };
  },
  "POST /v1/ops/replays": async ({ adminToken: token }) => ({
    path: "/v1/ops/replays",
    token,
    body: { consumer: "catalog.availability", from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:01Z" },
  }),
  "POST /v1/batch": async () => ({
    path: "/v1/batch",
    body: { requests: [{ id: "one", method: "GET", path: "/v1/categories?limit=1" }] },
  }),
  "POST /v1/webhooks/{provider}": async (shop) => {
    const { paymentId } = await paidOrder(shop);
    const data = { paymentId, reference: "x", amount: usd(2000) };
    return {
      path: "/v1/webhooks/sandbox",
      body: { type: "payment.captured", timestamp: new Date().toISOString(), data },
      isSigned: true,
    };
  },
};
