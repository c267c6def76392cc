import type { Scenario } from "../exchange.ts";
import { admin, buyer, lines, nobody, order, product, skuOf } from "./given.ts";

const address = { name: "Ana", line1: "1 Street", city: "Town", postalCode: "1", country: "DE" };
const [one, scarce] = [skuOf(11, 0), skuOf(11, 1)];

const ordering: Scenario = {
  name: "ordering",
  requests: [
    admin,
    ...buyer("ana"),
    ...buyer("ben"),
    ...product(11, 10, 1),
    order(
      "ana",
      "first",
      {
        lines: [
          { sku: scarce, quantity: 1 },
          { sku: one, quantity: 1 },
          { sku: one, quantity: 1 },
        ],
        shippingAddress: address,
        metadata: { gift: "yes" },
      },
      { as: "order", eventually: {} },
    ),
    order("ana", "first", {
      lines: [
        { sku: one, quantity: 2 },
        { sku: scarce, quantity: 1 },
      ],
      shippingAddress: address,
      metadata: { gift: "yes" },
    }),
    order("ana", "first", lines(one, 3), { status: 422, problem: "idempotency-key-reused" }),
    order("ana", "short", lines(scarce, 1), { status: 409, problem: "out-of-stock" }),
    order(
      "ana",
      "dear",
      { ...lines(one, 1), expectedTotal: { amount: 1, currency: "USD" } },
      { status: 409, problem: "price-changed" },
    ),
    order("ana", "euro", { ...lines(one, 1), currency: "EUR" }, { status: 422, problem: "currency-mismatch" }),
    order("ana", "unknown", lines("C-nothing", 1), { status: 422, problem: "sku-unknown" }),
    order("ana", "none", { lines: [] }, { status: 422, problem: "invalid-request" }),
    order(
      "ana",
      "many",
      {
        lines: [
          { sku: one, quantity: 600 },
          { sku: one, quantity: 600 },
        ],
      },
      { status: 422, problem: "invalid-request" },
    ),
    { request: "POST /v1/orders", by: "ana", body: lines(one, 1), status: 400, problem: "idempotency-key-missing" },
    order("ana", "no key", lines(one, 1), { status: 400, problem: "idempotency-key-invalid" }),
    order("ana", "quiet", lines(one, 1), { headers: { Prefer: "return=minimal" } }),
    { request: "PUT /v1/stock/C-11-0", by: "admin", body: { onHand: 1 }, status: 409, problem: "stock-below-reserved" },
    { request: "GET /v1/stock/C-11-0", by: "admin", status: 200 },
    {
      request: "GET /v1/orders/{order.body.id}",
      by: "ana",
      headers: { "Consistency-Token": "{order.headers.consistency-token}" },
      status: 200,
    },
    { request: "GET /v1/orders/{order.body.id}", by: "ben", status: 404, problem: "not-found" },
    { request: "GET /v1/orders/{order.body.id}", by: "admin", status: 404, problem: "not-found" },
    { request: `GET /v1/orders/${nobody}`, by: "ana", status: 404, problem: "not-found" },
    { request: "GET /v1/orders/no-id", by: "ana", status: 404, problem: "not-found" },
    {
      request: "GET /v1/orders?limit=1",
      by: "ana",
      headers: { "Read-Consistency": "strong" },
      as: "page",
      status: 200,
    },
    {
      request: "GET /v1/orders?limit=1&cursor={page.body.nextCursor}",
      by: "ana",
      headers: { "Read-Consistency": "strong" },
      status: 200,
    },
    { request: "GET /v1/orders", by: "ben", status: 200 },
    { request: `POST /v1/orders/${nobody}/cancel`, by: "ana", status: 404, problem: "not-found" },
    { request: "POST /v1/orders/{order.body.id}/cancel", by: "ben", status: 404, problem: "not-found" },
    { request: "POST /v1/orders/{order.body.id}/cancel", by: "ana", status: 200 },
    { request: "POST /v1/orders/{order.body.id}/cancel", by: "ana", status: 200 },
    { request: "GET /v1/stock/C-11-1", by: "admin", eventually: { onHand: 1, reserved: 0 }, status: 200 },
    order("ana", "first", {
      lines: [
        { sku: one, quantity: 2 },
        { sku: scarce, quantity: 1 },
      ],
      shippingAddress: address,
      metadata: { gift: "yes" },
    }),
    { request: "GET /v1/orders/{order.body.id}", by: "ana", headers: { "Read-Consistency": "strong" }, status: 200 },
  ],
};

const tooLate: Scenario = {
  name: "an order that has left",
  requests: [
    {
      request: "POST /v1/sessions",
      body: { email: "buyer19@headroom.local", password: "headroom-buyer" },
      as: "eva",
      status: 201,
    },
    { request: "GET /v1/orders", by: "eva", as: "list", status: 200 },
    { request: "POST /v1/orders/{list.body.data.0.id}/cancel", by: "eva", status: 409, problem: "order-state" },
    {
      request: "POST /v1/orders/{list.body.data.0.id}/payments",
      by: "eva",
      key: "k",
      body: { paymentMethod: "pm_ok" },
      status: 409,
      problem: "order-state",
    },
  ],
};

export const orders: readonly Scenario[] = [ordering, tooLate];
