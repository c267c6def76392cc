import { beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { app } from "../../src/app.ts";
import { adminToken, call, logIn, newUser } from "../support/client.ts";

type Who = "anyone" | "user" | "operator" | "admin" | "monitor" | "signed";

/** Who may call which route. A route that is not in this table fails the suite: decide, then add it. */
const routes: Readonly<Record<string, Who>> = {
  "GET /": "anyone",
  "GET /.well-known/jwks.json": "anyone",
  "GET /assets/:file": "anyone",
  "GET /docs": "anyone",
  "GET /healthz": "anyone",
  "GET /images/:picture": "anyone",
  "GET /openapi.json": "anyone",
  "GET /problems": "anyone",
  "GET /problems/:slug": "anyone",
  "GET /ops": "anyone",
  "GET /readyz": "anyone",
  "GET /reset": "anyone",
  "GET /verify": "anyone",
  "POST /v1/batch": "anyone",
  "GET /v1/categories": "anyone",
  "GET /v1/products": "anyone",
  "GET /v1/products/:idOrSlug": "anyone",
  "POST /v1/quotes": "anyone",
  "POST /v1/email-verifications/confirm": "anyone",
  "POST /v1/password-resets": "anyone",
  "POST /v1/sessions": "anyone",
  "POST /v1/sessions/refresh": "anyone",
  "POST /v1/users": "anyone",
  "PUT /v1/password-resets": "anyone",
  "DELETE /v1/sessions/:id": "user",
  "DELETE /v1/sessions/current": "user",
  "GET /v1/cart": "user",
  "GET /v1/notifications": "user",
  "GET /v1/orders": "user",
  "GET /v1/orders/:id": "user",
  "GET /v1/orders/:id/events": "user",
  "GET /v1/orders/:id/payments": "user",
  "GET /v1/payments/:id": "user",
  "GET /v1/payments/:id/refunds": "user",
  "GET /v1/sessions": "user",
  "DELETE /v1/users/me": "user",
  "GET /v1/users/me": "user",
  "GET /v1/users/me/export": "user",
  "PATCH /v1/notifications/:id": "user",
  "PATCH /v1/users/me": "user",
  "POST /v1/email-verifications": "user",
  "POST /v1/orders": "user",
  "PUT /v1/cart": "user",
  "POST /v1/orders/:id/cancel": "user",
  "POST /v1/orders/:id/payments": "user",
  "GET /v1/audit-log": "operator",
  "GET /v1/admin/users": "admin",
  "GET /v1/admin/users/:id": "admin",
  "PATCH /v1/admin/users/:id": "admin",
  "DELETE /v1/coupons/:code": "admin",
  "PUT /v1/users/me/password": "user",
  "DELETE /v1/products/:id": "admin",
  "GET /v1/coupons": "admin",
  "GET /v1/coupons/:code": "admin",
  "GET /v1/analytics/summary": "admin",
  "GET /v1/stock": "admin",
  "GET /v1/stock/:sku": "admin",
  "PUT /v1/coupons/:code": "admin",
  "GET /v1/stock/:sku/movements": "admin",
  "POST /v1/products/imports": "admin",
  "POST /v1/stock/:sku/adjustments": "admin",
  "GET /v1/admin/orders": "admin",
  "GET /v1/admin/orders/:id": "admin",
  "POST /v1/orders/:id/deliveries": "admin",
  "POST /v1/orders/:id/shipments": "admin",
  "POST /v1/payments/:id/refunds": "admin",
  "PUT /v1/products/:id": "admin",
  "PUT /v1/stock/:sku": "admin",
  "DELETE /v1/webhook-endpoints/:id": "admin",
  "GET /v1/webhook-endpoints": "admin",
  "GET /v1/webhook-endpoints/:id": "admin",
  "GET /v1/webhook-endpoints/:id/deliveries": "admin",
  "PATCH /v1/webhook-endpoints/:id": "admin",
  "POST /v1/webhook-endpoints": "admin",
  "POST /v1/webhook-endpoints/:id/deliveries/:did/redeliver": "admin",
  "POST /v1/webhook-endpoints/:id/secret": "admin",
  "GET /v1/api-keys": "admin",
  "POST /v1/api-keys": "admin",
  "DELETE /v1/api-keys/:id": "admin",
  "GET /v1/ops/dead-events": "operator",
  "GET /v1/ops/overview": "operator",
  "POST /v1/ops/dead-events/:id/replay": "operator",
  "POST /v1/ops/replays": "operator",
  "GET /metrics": "monitor",
  "POST /internal/jobs/:job": "signed",
  "POST /internal/jobs/:job/:service": "signed",
  "POST /internal/ports/:service/:function": "signed",
  "POST /v1/events/:service": "signed",
  "POST /v1/events/:service/failures": "signed",
  "POST /v1/webhooks/:provider": "signed",
};

const mounted = [
  ...new Set(app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`)),
];

const names = { service: "orders", job: "expire-orders", function: "payable", provider: "sandbox" } as const;

/** The route's method and a path of its form. */
function callOf(route: string): [method: string, path: string] {
  const [method = "", pattern = ""] = route.split(" ");
  return [method, pattern.replace(/:(\w+)/g, (_, name: string) => names[name as keyof typeof names] ?? randomUUID())];
}

const only = (...whos: Who[]) => mounted.filter((route) => whos.includes(routes[route] as Who));

describe("the security battery", () => {
  let customer = "";
  let operator = "";
  beforeAll(async () => {
    customer = (await newUser()).token;
    operator = await logIn("operator@headroom.local", "headroom-operator");
  });

  test("knows every route that is mounted, and none that is not", () => {
    expect(Object.keys(routes).sort()).toEqual(mounted.toSorted());
  });

  test.each(only("user", "operator", "admin"))("%s refuses whoever brings no token, or garbage", async (route) => {
    const [method, path] = callOf(route);
    for (const token of [undefined, "garbage", `${customer}x`]) {
      const answer = await call(method, path, token === undefined ? {} : { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toStartWith("Bearer");
      expect(answer.body.type).toEndWith("/unauthenticated");
    }
  });

  test.each(only("admin"))("%s refuses customers and operators before it reads what they sent", async (route) => {
    const [method, path] = callOf(route);
    for (const token of [customer, operator]) {
      const answer = await call(method, path, { token, headers: { "Content-Type": "text/plain" } });
      expect([answer.status, answer.body.type.split("/").at(-1)]).toEqual([403, "forbidden"]);
    }
  });

  test.each(only("operator"))("%s refuses customers before it reads what they sent", async (route) => {
    const [method, path] = callOf(route);
    const answer = await call(method, path, { token: customer, headers: { "Content-Type": "text/plain" } });
    expect([answer.status, answer.body.type.split("/").at(-1)]).toEqual([403, "forbidden"]);
    expect((await call(method, path, { token: operator })).status).not.toBe(403);
  });

  test.each(only("signed"))("%s refuses what is not signed, also from an admin", async (route) => {
    const [method, path] = callOf(route);
    const answer = await call(method, path, { token: await adminToken(), body: { events: [] } });
    expect([answer.status, answer.body.type.split("/").at(-1)]).toEqual([401, "signature-invalid"]);
  });

  test.each(mounted)("%s answers with a request id and lets nobody sniff or, unasked, cache", async (route) => {
    const [method, path] = callOf(route);
    const answer = await call(method, path);
    expect(answer.headers.get("x-request-id")).toMatch(/^[A-Za-z0-9._-]{8,64}$/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).not.toBeNull();
    if (routes[route] !== "anyone") expect(answer.headers.get("cache-control")).toMatch(/no-store/);
  });
});
