import type { Recorded, Scenario } from "../exchange.ts";
import { admin, buyer, lines, nobody, order, product, skuOf } from "./given.ts";

const strongly = { "Read-Consistency": "strong" };
const usd = (amount: number) => ({ amount, currency: "USD" });

const byAdmin = (request: string, more: Partial<Recorded> = {}): Recorded => ({
  request,
  by: "admin",
  status: 200,
  ...more,
});
const fulfil = (what: string, body: object, more: Partial<Recorded> = {}) =>
  byAdmin(`POST /v1/orders/{order.body.id}/${what}`, { body, ...more });
const refund = (key: string, body: object, more: Partial<Recorded> = {}) =>
  byAdmin("POST /v1/payments/{payment.body.id}/refunds", { key, body, status: 201, ...more });
const untilOrderIs = (status: string): Recorded => ({
  request: "GET /v1/orders/{order.body.id}",
  by: "fulvia",
  headers: strongly,
  eventually: { status },
  status: 200,
});
const follow = (more: Partial<Recorded> = {}): Recorded => ({
  request: "GET /v1/orders/{order.body.id}/events",
  by: "fulvia",
  headers: strongly,
  status: 200,
  ...more,
});

export const fulfilment: Scenario = {
  name: "fulfilment and refunds",
  requests: [
    admin,
    ...buyer("fulvia"),
    ...buyer("gerda"),
    ...product(41, 10),
    order("fulvia", "first", lines(skuOf(41, 0), 2), { as: "order", eventually: {} }),
    fulfil("shipments", {}, { status: 409, problem: "order-state" }),
    fulfil("deliveries", {}, { status: 409, problem: "order-state" }),
    fulfil("shipments", { carrier: "" }, { status: 422, problem: "invalid-request" }),
    byAdmin(`POST /v1/orders/${nobody}/shipments`, { body: {}, status: 404, problem: "not-found" }),
    byAdmin(`POST /v1/orders/${nobody}/deliveries`, { body: {}, status: 404, problem: "not-found" }),
    {
      request: "POST /v1/orders/{order.body.id}/payments",
      by: "fulvia",
      key: "declined",
      body: { paymentMethod: "pm_declined" },
      as: "declined",
      status: 201,
    },
    byAdmin("POST /v1/payments/{declined.body.id}/refunds", {
      key: "k",
      body: {},
      status: 409,
      problem: "payment-state",
    }),
    {
      request: "POST /v1/orders/{order.body.id}/payments",
      by: "fulvia",
      key: "ok",
      body: { paymentMethod: "pm_ok" },
      as: "payment",
      status: 201,
    },
    untilOrderIs("paid"),
    ...Array.from({ length: 5 }, () => follow({ isLeftOpen: true })),
    follow({ status: 409, problem: "limit-reached" }),
    follow({ by: "gerda", status: 404, problem: "not-found" }),
    follow({ headers: { "Last-Event-ID": "x" }, status: 400, problem: "header-invalid" }),
    byAdmin("GET /v1/stock/C-41-0", { eventually: { onHand: 8, reserved: 0 } }),
    fulfil("shipments", { carrier: "ACME", trackingNumber: "1" }),
    fulfil("shipments", { carrier: "ACME", trackingNumber: "1" }),
    fulfil("shipments", {}, { status: 409, problem: "order-state" }),
    fulfil("deliveries", {}),
    refund("part", { amount: usd(500) }, { as: "part" }),
    refund("part", { amount: usd(500) }),
    refund("part", { amount: usd(501) }, { status: 422, problem: "idempotency-key-reused" }),
    refund("more", { amount: usd(1501) }, { status: 409, problem: "refund-exceeds-captured" }),
    refund("euro", { amount: { amount: 1, currency: "EUR" } }, { status: 422, problem: "currency-mismatch" }),
    refund("none", { amount: usd(0) }, { status: 422, problem: "invalid-request" }),
    refund("no key", {}, { status: 400, problem: "idempotency-key-invalid" }),
    byAdmin("POST /v1/payments/{payment.body.id}/refunds", {
      body: {},
      status: 400,
      problem: "idempotency-key-missing",
    }),
    byAdmin(`POST /v1/payments/${nobody}/refunds`, { key: "k", body: {}, status: 404, problem: "not-found" }),
    refund("rest", { restock: true }),
    untilOrderIs("refunded"),
    byAdmin("GET /v1/stock/C-41-0", { eventually: { onHand: 10, reserved: 0 } }),
    {
      request: "POST /v1/webhooks/sandbox",
      body: {
        type: "payment.refunded",
        timestamp: "2026-01-01T00:00:00Z",
        data: { paymentId: "{payment.body.id}", reference: "x", amount: usd(2000) },
      },
      signedBy: "provider",
      status: 204,
    },
    { request: "GET /v1/payments/{payment.body.id}", by: "fulvia", headers: strongly, status: 200 },
    { request: "GET /v1/payments/{payment.body.id}/refunds", by: "fulvia", headers: strongly, status: 200 },
    {
      request: "GET /v1/payments/{payment.body.id}/refunds?limit=1",
      by: "fulvia",
      headers: strongly,
      as: "refunds",
      status: 200,
    },
    {
      request: "GET /v1/payments/{payment.body.id}/refunds?limit=1&cursor={refunds.body.nextCursor}",
      by: "fulvia",
      headers: strongly,
      status: 200,
    },
    {
      request: "GET /v1/payments/{payment.body.id}/refunds?cursor=x",
      by: "fulvia",
      status: 400,
      problem: "cursor-invalid",
    },
    {
      request: "GET /v1/payments/{payment.body.id}/refunds?limit=0",
      by: "fulvia",
      status: 422,
      problem: "invalid-request",
    },
    { request: "GET /v1/payments/{payment.body.id}/refunds", by: "gerda", status: 404, problem: "not-found" },
    byAdmin("GET /v1/admin/orders/{order.body.id}"),
    byAdmin(`GET /v1/admin/orders/${nobody}`, { status: 404, problem: "not-found" }),
    byAdmin("GET /v1/admin/orders?email=fulvia@conformance.example"),
    byAdmin("GET /v1/admin/orders?email=nobody@conformance.example"),
    byAdmin("GET /v1/admin/orders?email=fulvia@conformance.example&status=pending"),
    byAdmin("GET /v1/admin/orders?userId={order.body.userId}&from=2020-01-01&limit=1"),
    byAdmin("GET /v1/admin/orders?to=2020-01-01&status=paid"),
    byAdmin("GET /v1/admin/orders?from=then", { status: 422, problem: "invalid-request" }),
    ...buyer("hanno"),
    order("hanno", "first", lines(skuOf(41, 0), 1), { as: "ended" }),
    { request: "POST /v1/orders/{ended.body.id}/cancel", by: "hanno", status: 200 },
    { request: "GET /v1/orders/{ended.body.id}/events", by: "hanno", headers: strongly, status: 200 },
    {
      request: "GET /v1/orders/{ended.body.id}/events",
      by: "hanno",
      headers: { ...strongly, "Last-Event-ID": "1" },
      status: 200,
    },
    {
      request: "GET /v1/orders/{ended.body.id}/events",
      by: "hanno",
      headers: { ...strongly, "Last-Event-ID": "2" },
      status: 204,
    },
    { request: "HEAD /v1/orders/{ended.body.id}/events", by: "hanno", headers: strongly, status: 200 },
    {
      request: "GET /v1/orders/{ended.body.id}/events",
      by: "hanno",
      headers: { ...strongly, Prefer: "return=minimal" },
      status: 200,
    },
  ],
};
