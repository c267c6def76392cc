import type { Recorded, Scenario } from "../exchange.ts";
import { admin, product, productBody, productId, skuOf } from "./given.ts";

const put = (number: number, more: Partial<Recorded>, body: object = {}): Recorded => ({
  request: `PUT /v1/products/${productId(number)}`,
  by: "admin",
  body: productBody(number, body),
  status: 200,
  ...more,
});
const remove = (number: number, more: Partial<Recorded>): Recorded => ({
  request: `DELETE /v1/products/${productId(number)}`,
  by: "admin",
  status: 204,
  ...more,
});
const read = `GET /v1/products/${productId(1)}`;

const keeping: Scenario = {
  name: "keeping a product",
  requests: [
    admin,
    ...product(1, 5, 0),
    {
      request: read,
      eventually: { variants: [{ available: true }, { available: false }] },
      as: "product",
      status: 200,
    },
    { request: "GET /v1/products/conformance-1", eventually: { version: 1 }, status: 200 },
    { request: read, headers: { "If-None-Match": "{product.headers.etag}" }, status: 304 },
    { request: read, headers: { "If-None-Match": 'W/"other", {product.headers.etag}' }, status: 304 },
    { request: read, headers: { "If-None-Match": '"other"' }, status: 200 },
    { request: read, headers: { "Read-Consistency": "strong" }, status: 200 },
    { request: read, headers: { Prefer: "return=minimal" }, status: 200 },
    { request: read.replace("GET", "HEAD"), status: 200 },
    put(1, { status: 428, problem: "precondition-required" }),
    put(1, { headers: { "If-Match": '"7"' }, status: 412, problem: "precondition-failed" }),
    put(1, { headers: { "If-Match": "seven" }, status: 400, problem: "header-invalid" }),
    put(
      1,
      { headers: { "If-Match": "{product.headers.etag}" }, as: "replaced" },
      { name: "Renamed", metadata: { colour: "blue" } },
    ),
    put(1, { headers: { "If-Match": "{product.headers.etag}" }, status: 412, problem: "precondition-failed" }),
    put(
      1,
      { headers: { "If-Match": 'W/"2"', Prefer: "return=minimal" } },
      { images: [{ url: "/images/a.svg", alt: "A" }] },
    ),
    { request: read, eventually: { version: 3 }, status: 200 },
    put(2, { status: 409, problem: "slug-taken" }, { slug: "conformance-1" }),
    put(2, { status: 409, problem: "sku-taken" }, { variants: productBody(1).variants }),
    put(
      2,
      { status: 422, problem: "currency-mismatch" },
      { variants: [{ sku: skuOf(2, 0), name: "V", price: { amount: 1, currency: "EUR" } }] },
    ),
    put(2, { status: 422, problem: "invalid-request" }, { slug: "No Slug", variants: [] }),
    put(2, { headers: { "If-Match": '"1"' }, status: 412, problem: "precondition-failed" }),
    { request: "PUT /v1/products/no-id", by: "admin", body: productBody(2), status: 404, problem: "not-found" },
    put(2, { status: 201 }, { id: "ignored", version: 9 }),
    remove(2, { headers: { "If-Match": '"9"' }, status: 412, problem: "precondition-failed" }),
    remove(2, { headers: { "If-Match": "nine" }, status: 400, problem: "header-invalid" }),
    remove(2, { headers: { "If-Match": '"1"' } }),
    remove(2, { status: 404, problem: "not-found" }),
    remove(3, { status: 404, problem: "not-found" }),
    { request: `GET /v1/products/${productId(2)}`, eventually: {}, status: 404, problem: "not-found" },
    { request: `GET /v1/products/${productId(3)}`, status: 404, problem: "not-found" },
    { request: "GET /v1/products/no-such-slug", status: 404, problem: "not-found" },
    { request: "GET /v1/products/No%20Slug", status: 404, problem: "not-found" },
  ],
};

const list = (query: string, more: Partial<Recorded> = {}): Recorded => ({
  request: `GET /v1/products?${query}`,
  status: 200,
  ...more,
});

const browsing: Scenario = {
  name: "browsing",
  requests: [
    list("limit=3&sort=name", { as: "page" }),
    list("limit=3&sort=name&cursor={page.body.nextCursor}"),
    list("limit=3&sort=price&cursor={page.body.nextCursor}", { status: 400, problem: "cursor-invalid" }),
    list("limit=3&sort=name&unknown=1", { headers: { "If-None-Match": "{page.headers.etag}" }, status: 304 }),
    list("limit=3&sort=price"),
    list("limit=3&sort=-price"),
    list("limit=2&sort=name&minPrice=1000&maxPrice=5000"),
    list("limit=2&sort=name&available=true"),
    list("category=no-such-category"),
    list("ids={page.body.data.1.id},{page.body.data.0.id},00000000-0000-4000-8000-000000000000"),
    list("limit=3&sort=name", { headers: { "Read-Consistency": "strong" } }),
    list("limit=3&sort=name", { headers: { Authorization: "Bearer garbage" } }),
    list("limit=101", { status: 422, problem: "invalid-request" }),
    list("sort=colour&minPrice=-1&available=perhaps&ids=x", { status: 422, problem: "invalid-request" }),
    { request: "HEAD /v1/products?limit=3&sort=name", status: 200 },
    { request: "GET /v1/products/{page.body.data.0.id}", as: "one", status: 200 },
    { request: "GET /v1/products/{page.body.data.0.slug}", status: 200 },
    { request: "GET /v1/categories?limit=2", as: "categories", status: 200 },
    { request: "GET /v1/categories?limit=2", headers: { "If-None-Match": "{categories.headers.etag}" }, status: 304 },
    { request: "GET /v1/categories?limit=2&cursor={categories.body.nextCursor}", status: 200 },
    { request: "GET /images/{one.body.slug}.svg", status: 200 },
    { request: "GET /images/no-picture", status: 404, problem: "not-found" },
  ],
};

const searching: Scenario = {
  name: "searching",
  requests: [
    list("q=desk%20lam&limit=3", { as: "found" }),
    list("q=desk%20lam&limit=3&cursor={found.body.nextCursor}"),
    list("q=desk&limit=3&cursor={found.body.nextCursor}", { status: 400, problem: "cursor-invalid" }),
    list("q=desk%20lam&limit=3", { headers: { "If-None-Match": "{found.headers.etag}" }, status: 304 }),
    ...["relevance", "newest", "price", "-price", "name"].map((sort) => list(`q=oak&limit=2&sort=${sort}`)),
    list("q=LGT-0001"),
    list("q=oak&category=kitchen&minPrice=1000&maxPrice=9000&available=true&limit=2"),
    list("q=nothing-has-this"),
    list("q=--&limit=1&sort=name"),
    list("sort=relevance", { status: 422, problem: "invalid-request" }),
    list("q=a%01b", { status: 422, problem: "invalid-request" }),
  ],
};

const importing: Scenario = {
  name: "importing",
  requests: [admin, ...importRequests()],
};

function importRequests(): Recorded[] {
  const line = (number: number, more: object = {}) => JSON.stringify(productBody(number, more));
  const send = (lines: readonly string[], more: Partial<Recorded> = {}): Recorded => ({
    request: "POST /v1/products/imports",
    by: "admin",
    text: lines.join("\n"),
    headers: { "Content-Type": "application/x-ndjson" },
    status: 200,
    ...more,
  });
  const stocked = productBody(92, { variants: [{ ...productBody(92).variants[0], onHand: 4 }] });
  const file = [line(91, { id: productId(91) }), "", "{bad", JSON.stringify(stocked), line(93, { slug: "No Slug" })];
  return [
    send(file),
    send(file, { inChunks: true }),
    send([line(91, { name: "Renamed" }), line(92, { category: "conformance" })]),
    send([line(94, { slug: "conformance-91", id: productId(94) }), line(95, { variants: stocked.variants })]),
    send([line(96, { variants: [{ sku: skuOf(96, 0), name: "V", price: { amount: 1, currency: "EUR" } }] })]),
    send([line(91, { name: "Renamed" })], {
      headers: { "Content-Type": "application/x-ndjson", Prefer: "return=minimal" },
    }),
    send(file, { headers: {}, status: 415, problem: "unsupported-media-type" }),
    send(file, { by: undefined, status: 401, problem: "unauthenticated" }),
    { request: "GET /v1/products/conformance-91", eventually: { name: "Renamed" }, status: 200 },
    { request: "GET /v1/products/conformance-92", eventually: { variants: [{ available: true }] }, status: 200 },
    { request: `GET /v1/stock/${skuOf(92, 0)}`, by: "admin", status: 200 },
  ];
}

const adjust = (body: object, more: Partial<Recorded> = {}): Recorded => ({
  request: "POST /v1/stock/C-adjusted/adjustments",
  by: "admin",
  key: "first",
  body,
  status: 201,
  ...more,
});

const adjusting: Scenario = {
  name: "adjusting stock",
  requests: [
    admin,
    adjust({ delta: 1, reason: "delivery" }, { status: 404, problem: "not-found" }),
    { request: "PUT /v1/stock/C-adjusted", by: "admin", body: { onHand: 3 }, status: 200 },
    adjust({ delta: 4, reason: "delivery" }),
    adjust({ delta: 4, reason: "delivery" }),
    adjust({ delta: 5, reason: "delivery" }, { status: 422, problem: "idempotency-key-reused" }),
    adjust({ delta: -8, reason: "broken" }, { key: "second", status: 409, problem: "stock-below-reserved" }),
    adjust({ delta: -7, reason: "broken" }, { key: "second", headers: { Prefer: "return=minimal" } }),
    adjust({ delta: 1, reason: "found" }, { key: undefined, status: 400, problem: "idempotency-key-missing" }),
    adjust({ delta: 1, reason: "found" }, { key: "no spaces", status: 400, problem: "idempotency-key-invalid" }),
    adjust({ delta: 0, reason: "" }, { key: "third", status: 422, problem: "invalid-request" }),
    adjust({ delta: 1_000_000_000, reason: "found" }, { key: "third" }),
    adjust({ delta: 1, reason: "found" }, { key: "fourth", status: 422, problem: "invalid-request" }),
    { request: "GET /v1/stock/C-adjusted/movements?limit=2", by: "admin", as: "page", status: 200 },
    { request: "GET /v1/stock/C-adjusted/movements?limit=2&cursor={page.body.nextCursor}", by: "admin", status: 200 },
    {
      request: "GET /v1/stock/C-counted/movements?cursor={page.body.nextCursor}",
      by: "admin",
      status: 400,
      problem: "cursor-invalid",
    },
    { request: "GET /v1/stock/C-nothing/movements", by: "admin", status: 404, problem: "not-found" },
    {
      request: "GET /v1/stock/C-adjusted/movements?limit=0",
      by: "admin",
      status: 422,
      problem: "invalid-request",
    },
    { request: "GET /v1/stock?below=1&limit=2", by: "admin", as: "low", status: 200 },
    { request: "GET /v1/stock?below=1&limit=2&cursor={low.body.nextCursor}", by: "admin", status: 200 },
    {
      request: "GET /v1/stock?below=2&limit=2&cursor={low.body.nextCursor}",
      by: "admin",
      status: 400,
      problem: "cursor-invalid",
    },
    { request: "GET /v1/stock?below=x", by: "admin", status: 422, problem: "invalid-request" },
  ],
};

const counting: Scenario = {
  name: "counting stock",
  requests: [
    admin,
    { request: "PUT /v1/stock/C-counted", by: "admin", body: { onHand: 3 }, status: 200 },
    { request: "PUT /v1/stock/C-counted", by: "admin", body: { onHand: 5, expectedOnHand: 3 }, status: 200 },
    {
      request: "PUT /v1/stock/C-counted",
      by: "admin",
      body: { onHand: 9, expectedOnHand: 3 },
      status: 412,
      problem: "precondition-failed",
    },
    { request: "PUT /v1/stock/C-counted", by: "admin", body: { onHand: -1 }, status: 422, problem: "invalid-request" },
    { request: "PUT /v1/stock/no%20sku", by: "admin", body: { onHand: 1 }, status: 404, problem: "not-found" },
    { request: "GET /v1/stock/C-counted", by: "admin", status: 200 },
    { request: "GET /v1/stock/C-nothing", by: "admin", status: 404, problem: "not-found" },
    { request: "GET /v1/stock?limit=2", by: "admin", as: "page", status: 200 },
    { request: "GET /v1/stock?limit=2&cursor={page.body.nextCursor}", by: "admin", status: 200 },
  ],
};

export const catalog: readonly Scenario[] = [browsing, searching, keeping, counting, adjusting, importing];
