import type { Recorded, Scenario } from "../exchange.ts";
import { admin, buyer, lines, order, product, productId, skuOf } from "./given.ts";

const address = { name: "Ana", line1: "1 Street", city: "Town", postalCode: "1", country: "CH" };
const [one, scarce] = [skuOf(71, 0), skuOf(71, 1)];

/** A product's price reaches the price list by event. */
const onSale = (sku: string): Recorded => ({
  request: "POST /v1/quotes",
  body: lines(sku, 1),
  eventually: {},
  status: 200,
});
const quote = (body: object, more: Partial<Recorded> = {}): Recorded => ({
  request: "POST /v1/quotes",
  body,
  status: 200,
  ...more,
});
const cart = (body: object, more: Partial<Recorded> = {}): Recorded => ({
  request: "PUT /v1/cart",
  by: "quoter",
  body,
  status: 200,
  ...more,
});
const coupon = (code: string, body: object, more: Partial<Recorded> = {}): Recorded => ({
  request: `PUT /v1/coupons/${code}`,
  by: "admin",
  body,
  status: 200,
  ...more,
});
const strong = { headers: { "Read-Consistency": "strong" } };

const quoting: Scenario = {
  name: "quotes and carts",
  requests: [
    admin,
    ...buyer("quoter"),
    ...product(71, 10, 1),
    onSale(scarce),
    quote({
      lines: [
        { sku: scarce, quantity: 2 },
        { sku: one, quantity: 1 },
        { sku: one, quantity: 1 },
      ],
      shippingAddress: address,
    }),
    quote(lines(one, 1), { headers: { Prefer: "return=minimal" } }),
    quote({ lines: [] }, { status: 422, problem: "invalid-request" }),
    quote(
      { ...lines(one, 1), shippingAddress: { ...address, country: "XX" } },
      { status: 422, problem: "invalid-request" },
    ),
    quote(lines("C-nothing", 1), { status: 422, problem: "sku-unknown" }),
    quote({ ...lines(one, 1), couponCode: "C-NONE" }, { status: 422, problem: "coupon-invalid" }),
    { request: "GET /v1/cart", by: "quoter", status: 200 },
    cart(lines(one, 1), { headers: { "If-Match": '"3"' }, status: 412, problem: "precondition-failed" }),
    cart(lines(one, 3)),
    cart(lines(one, 4), { status: 428, problem: "precondition-required" }),
    cart(lines(one, 4), { headers: { "If-Match": "one" }, status: 400, problem: "header-invalid" }),
    cart(lines("C-nothing", 1), { headers: { "If-Match": '"1"' }, status: 422, problem: "sku-unknown" }),
    cart(
      { lines: [...lines(one, 1).lines, ...lines(scarce, 2).lines] },
      { headers: { "If-Match": 'W/"1"' }, as: "cart" },
    ),
    cart(lines(one, 4), { headers: { "If-Match": '"1"' }, status: 412, problem: "precondition-failed" }),
    {
      request: "GET /v1/cart",
      by: "quoter",
      headers: { "Consistency-Token": "{cart.headers.consistency-token}" },
      status: 200,
    },
    cart({ lines: [] }, { headers: { "If-Match": "{cart.headers.etag}" } }),
  ],
};

const couponing: Scenario = {
  name: "coupons",
  requests: [
    admin,
    ...buyer("saver"),
    ...product(72, 10),
    onSale(skuOf(72, 0)),
    coupon("C-TENTH", { percentOff: 10, limit: 1, perUser: 1, startsAt: "2026-01-01T00:00:00+01:00" }),
    coupon("C-FREE", { amountOff: { amount: 9999, currency: "USD" } }, { headers: { Prefer: "return=minimal" } }),
    coupon("C-OVER", { percentOff: 10, endsAt: "2020-01-01T00:00:00Z" }),
    coupon("C-EURO", { amountOff: { amount: 1, currency: "EUR" } }, { status: 422, problem: "currency-mismatch" }),
    coupon("C-NOTHING", {}, { status: 422, problem: "invalid-request" }),
    coupon("no%20code", { percentOff: 10 }, { status: 404, problem: "not-found" }),
    quote({ ...lines(skuOf(72, 0), 3), couponCode: "C-TENTH" }),
    order(
      "saver",
      "over",
      { ...lines(skuOf(72, 0), 1), couponCode: "C-OVER" },
      { status: 422, problem: "coupon-invalid" },
    ),
    order(
      "saver",
      "dear",
      { ...lines(skuOf(72, 0), 3), couponCode: "C-TENTH", expectedTotal: { amount: 3000, currency: "USD" } },
      { status: 409, problem: "price-changed" },
    ),
    order("saver", "tenth", { ...lines(skuOf(72, 0), 3), couponCode: "C-TENTH" }, { as: "order" }),
    order(
      "saver",
      "again",
      { ...lines(skuOf(72, 0), 1), couponCode: "C-TENTH" },
      { status: 409, problem: "coupon-exhausted" },
    ),
    order("saver", "tenth", { ...lines(skuOf(72, 0), 3), couponCode: "C-TENTH" }),
    quote({ ...lines(skuOf(72, 0), 1), couponCode: "C-TENTH" }, { status: 409, problem: "coupon-exhausted" }),
    order("saver", "free", { ...lines(skuOf(72, 0), 1), couponCode: "C-FREE" }),
    { request: "GET /v1/coupons/C-TENTH", by: "admin", status: 200 },
    { request: "POST /v1/orders/{order.body.id}/cancel", by: "saver", status: 200 },
    { request: "GET /v1/coupons/C-TENTH", by: "admin", eventually: { used: 0 }, status: 200 },
    coupon("C-TENTH", { percentOff: 20, limit: 5 }),
    { request: "GET /v1/coupons?limit=2", by: "admin", as: "page", status: 200 },
    { request: "GET /v1/coupons?limit=2&cursor={page.body.nextCursor}", by: "admin", status: 200 },
    { request: "DELETE /v1/coupons/C-TENTH", by: "admin", status: 204 },
    { request: "DELETE /v1/coupons/C-TENTH", by: "admin", status: 404, problem: "not-found" },
    { request: "GET /v1/coupons/C-TENTH", by: "admin", status: 404, problem: "not-found" },
    { request: "GET /v1/orders/{order.body.id}", by: "saver", ...strong, status: 200 },
    { request: `DELETE /v1/products/${productId(72)}`, by: "admin", status: 204 },
  ],
};

export const pricing: readonly Scenario[] = [quoting, couponing];
