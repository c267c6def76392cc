import type { Recorded, Scenario } from "../exchange.ts";
import { admin, nobody } from "./given.ts";

const make = (scopes: readonly string[], more: Partial<Recorded> = {}): Recorded => ({
  request: "POST /v1/api-keys",
  by: "admin",
  body: { name: "Recorded", scopes },
  status: 201,
  ...more,
});
const byAdmin = (request: string, more: Partial<Recorded> = {}): Recorded => ({
  request,
  by: "admin",
  status: 200,
  ...more,
});
const revoke = (made: string, more: Partial<Recorded> = {}) =>
  byAdmin(`DELETE /v1/api-keys/{${made}.body.id}`, { status: 204, ...more });
const byKey = (made: string, request: string, more: Partial<Recorded> = {}): Recorded => ({
  request,
  headers: { Authorization: `Bearer {${made}.body.key}` },
  status: 200,
  ...more,
});
const forbidden = { status: 403, problem: "forbidden" } as const;
const unauthenticated = { status: 401, problem: "unauthenticated" } as const;

/** As many as there may be: they go again, for the scenarios that follow. */
const places = Array.from({ length: 100 }, (_, nth) => `place${nth}`);

export const apiKeys: Scenario = {
  name: "API keys",
  requests: [
    admin,
    byAdmin("GET /v1/api-keys"),
    make(["stock:write"], { as: "stock" }),
    make(["orders:read", "analytics:read"], { as: "reader" }),
    make(["catalog:write"], {
      body: { name: "Ends", scopes: ["catalog:write"], expiresAt: "2999-01-01T00:00:00.5+01:00" },
      headers: { Prefer: "return=minimal" },
      status: 201,
    }),
    make(["users:write"], { status: 422, problem: "invalid-request" }),
    make([], { status: 422, problem: "invalid-request" }),
    make(["stock:write"], {
      body: { name: "", scopes: ["stock:write"], expiresAt: "2020-01-01T00:00:00Z" },
      status: 422,
      problem: "invalid-request",
    }),
    byAdmin("GET /v1/api-keys?limit=2", { as: "page" }),
    byAdmin("GET /v1/api-keys?limit=2&cursor={page.body.nextCursor}", { as: "rest" }),
    byAdmin("GET /v1/coupons?cursor={page.body.nextCursor}", { status: 400, problem: "cursor-invalid" }),
    byKey("stock", "GET /v1/stock?limit=1"),
    byKey("stock", "HEAD /v1/stock?limit=1"),
    byKey("stock", "PUT /v1/stock/KEPT-BY-KEY", { body: { onHand: 3 } }),
    byKey("stock", "GET /v1/analytics/summary", forbidden),
    byKey("stock", "GET /v1/coupons", forbidden),
    byKey("stock", "POST /v1/api-keys", forbidden),
    byKey("stock", "GET /v1/users/me", unauthenticated),
    byKey("stock", "POST /v1/orders", unauthenticated),
    byKey("reader", "GET /v1/analytics/summary?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z"),
    byKey("reader", `GET /v1/admin/orders/${nobody}`, { status: 404, problem: "not-found" }),
    byKey("reader", `POST /v1/orders/${nobody}/shipments`, forbidden),
    byKey("reader", "GET /v1/stock", forbidden),
    byKey("stock", "GET /v1/stock", { headers: { Authorization: "Bearer {stock.body.key}x" }, ...unauthenticated }),
    byKey("stock", "GET /v1/stock", { headers: { Authorization: "Bearer hr_" }, ...unauthenticated }),
    revoke("stock"),
    revoke("stock", { status: 404, problem: "not-found" }),
    byAdmin(`DELETE /v1/api-keys/${nobody}`, { status: 404, problem: "not-found" }),
    byAdmin("DELETE /v1/api-keys/no-id", { status: 404, problem: "not-found" }),
    byKey("stock", "GET /v1/stock", { eventually: {}, ...unauthenticated }),
    revoke("reader"),
    byAdmin("DELETE /v1/api-keys/{rest.body.data.0.id}", { status: 404, problem: "not-found" }),
    byAdmin("DELETE /v1/api-keys/{page.body.data.0.id}", { status: 204 }),
    ...places.map((as) => make(["stock:write"], { as })),
    make(["stock:write"], { status: 409, problem: "limit-reached" }),
    ...places.map((made) => revoke(made)),
    make(["stock:write"], { as: "again" }),
    revoke("again"),
  ],
};
