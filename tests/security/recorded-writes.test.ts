import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { adminToken, call, newProduct, newUser } from "../support/client.ts";
import { fulfil, newPaidOrder } from "../support/fulfilment.ts";
import { openShop } from "../support/shop.ts";

interface Write {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One success of each write that administrators and operators alone may do. One that is not in this table fails the suite:
 * let it append an `auditEvent` in its transaction, then add it.
 */
const writes: Readonly<Record<string, () => Promise<Write>>> = {
  "PUT /v1/products/{id}": async () => ({ path: `/v1/products/${randomUUID()}`, body: product() }),
  "DELETE /v1/products/{id}": async () => {
    const path = `/v1/products/${randomUUID()}`;
    await call("PUT", path, { token: await adminToken(), body: product() });
    return { path };
  },
  "POST /v1/products/imports": async () => ({
    path: "/v1/products/imports",
    body: product(),
    headers: { "Content-Type": "application/x-ndjson" },
  }),
  "PUT /v1/stock/{sku}": async () => ({ path: `/v1/stock/R-${randomUUID()}`, body: { onHand: 1 } }),
  "POST /v1/stock/{sku}/adjustments": async () => {
    const [sku] = await newProduct(1);
    return { path: `/v1/stock/${sku}/adjustments`, body: { delta: 1, reason: "found" } };
  },
  "PUT /v1/coupons/{code}": async () => ({ path: `/v1/coupons/R-${randomUUID()}`, body: { percentOff: 5 } }),
  "DELETE /v1/coupons/{code}": async () => {
    const path = `/v1/coupons/R-${randomUUID()}`;
    await call("PUT", path, { token: await adminToken(), body: { percentOff: 5 } });
    return { path };
  },
  "POST /v1/orders/{id}/shipments": async () => ({
    path: `/v1/orders/${(await newPaidOrder()).orderId}/shipments`,
    body: {},
  }),
  "POST /v1/orders/{id}/deliveries": async () => {
    const { orderId } = await newPaidOrder();
    await fulfil(orderId, "shipments");
    return { path: `/v1/orders/${orderId}/deliveries`, body: {} };
  },
  "POST /v1/payments/{id}/refunds": async () => ({
    path: `/v1/payments/${(await newPaidOrder()).paymentId}/refunds`,
    body: {},
  }),
  "PATCH /v1/admin/users/{id}": async () => ({
    path: `/v1/admin/users/${(await newUser()).id}`,
    body: { disabled: true },
  }),
  "POST /v1/api-keys": async () => ({ path: "/v1/api-keys", body: apiKey }),
  "DELETE /v1/api-keys/{id}": async () => {
    const { body } = await call("POST", "/v1/api-keys", { token: await adminToken(), body: apiKey });
    return { path: `/v1/api-keys/${body.id}` };
  },
  "POST /v1/ops/dead-events/{id}/replay": async () => {
    const { sql } = await openShop();
    const [sku] = await newProduct(1);
    const id = Bun.randomUUIDv7();
    const event = { id, type: "stock.changed", version: 1, key: sku ?? "", traceparent: null };
    const body = { ...event, occurredAt: new Date().toISOString(), data: { sku: sku ?? "", available: true } };
    const [dead] = await sql`
      insert into events.dead (consumer, event_id, type, body, attempts, last_error)
      values ('catalog.availability', ${id}, 'stock.changed',
              ${sql.json(body)}, 6, 'It could not.') returning id`;
    return { path: `/v1/ops/dead-events/${dead?.id}/replay` };
  },
  "POST /v1/ops/replays": async () => {
    const [from, to] = [new Date(Date.now() - 1_000), new Date()].map((time) => time.toISOString());
    return { path: "/v1/ops/replays", body: { consumer: "catalog.availability", from, to } };
  },
  "POST /v1/webhook-endpoints": async () => ({
    path: endpoints,
    body: { url: "https://example.com/hook", events: ["*"] },
  }),
  "PATCH /v1/webhook-endpoints/{id}": async () => ({ path: await newEndpoint(), body: { enabled: false } }),
  "DELETE /v1/webhook-endpoints/{id}": async () => ({ path: await newEndpoint() }),
  "POST /v1/webhook-endpoints/{id}/secret": async () => ({ path: `${await newEndpoint()}/secret` }),
  "POST /v1/webhook-endpoints/{id}/deliveries/{did}/redeliver": async () => {
    const path = await newEndpoint();
    const { sql } = await openShop();
    const [delivery] = await sql`
      insert into notifications.webhook_deliveries (endpoint_id, event_id, type, payload)
      values (${path.split("/").at(-1) ?? ""}, uuidv7(), 'order.paid', '{}') returning id`;
    return { path: `${path}/deliveries/${delivery?.id}/redeliver` };
  },
};

const endpoints = "/v1/webhook-endpoints";

/** The path of a webhook endpoint. */
async function newEndpoint(): Promise<string> {
  const body = { url: "https://example.com/hook", events: ["*"] };
  const added = await call("POST", endpoints, { token: await adminToken(), body });
  return `${endpoints}/${added.body.id}`;
}

const apiKey = { name: "Recorded", scopes: ["stock:write"] };

function product() {
  const id = randomUUID();
  const variants = [{ sku: `R-${id}`, name: "V", price: { amount: 1000, currency: "USD" } }];
  return { slug: `r-${id.slice(0, 8)}`, name: "Recorded", description: "For a test.", category: "tests", variants };
}

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly security?: unknown; readonly responses: object }>>>
  >;
}

test("every write of administrators and operators is known here, and no other", async () => {
  const { paths }: Document = (await call("GET", "/openapi.json")).body;
  const guarded = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, { security, responses }]) => method !== "get" && security !== undefined && "403" in responses)
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  expect(Object.keys(writes).toSorted()).toEqual(guarded.toSorted());
});

test.each(Object.entries(writes))("%s is recorded with what it writes, once", async (operation, prepare) => {
  const { path, body, headers } = await prepare();
  const requestId = `recorded-${randomUUID()}`;
  const [method = ""] = operation.split(" ");
  const answer = await call(method, path, {
    token: await adminToken(),
    key: randomUUID(),
    body,
    headers: { ...headers, "X-Request-Id": requestId },
  });
  expect(answer.status).toBeWithin(200, 300);
  const { sql } = await openShop();
  const records = await sql`
    select data from events.outbox where type = 'audit.recorded' and data->>'requestId' = ${requestId}`;
  expect(records).toHaveLength(1);
});
