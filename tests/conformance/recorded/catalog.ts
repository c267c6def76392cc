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

export const catalog: readonly Scenario[] = [browsing, keeping, counting];
