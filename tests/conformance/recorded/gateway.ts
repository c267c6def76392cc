import type { Recorded, Scenario } from "../exchange.ts";
import { buyer, nobody } from "./given.ts";

const batch = (requests: readonly object[], more: Partial<Recorded> = {}): Recorded => ({
  request: "POST /v1/batch",
  body: { requests },
  status: 200,
  ...more,
});
const get = (id: string, path: string, more: object = {}) => ({ id, method: "GET", path, ...more });
const refused = { status: 422, problem: "invalid-request" } as const;
const notInBatch = [
  ["POST", "/v1/sessions"],
  ["GET", "/v1/sessions"],
  ["DELETE", "/v1/sessions/current"],
  ["POST", "/v1/sessions/refresh"],
  ["POST", "/v1/users"],
  ["POST", "/v1/password-resets"],
  ["PUT", "/v1/%70assword-resets"],
  ["POST", "/v1/email-verifications"],
  ["POST", "/v1/email-verifications/confirm"],
  ["POST", "/v1/products/../products/imports"],
  ["GET", `/v1/orders/${nobody}/events`],
  ["POST", "/v1/events/orders"],
  ["POST", "/v1/webhooks/sandbox"],
  ["POST", "/v1/batch"],
  ["GET", "/assets/swagger-ui.css"],
].map(([method, path], index) => ({ id: String(index), method, path }));

const asOperator = { by: "operator" };

/** Several requests in one. */
const inOne: Scenario = {
  name: "batches",
  requests: [
    ...buyer("batcher"),
    batch([get("a", "/v1/products?limit=1&sort=name"), get("b", "/v1/users/me"), get("a", "/v1/nothing")]),
    batch(
      [
        get("me", "/v1/users/me"),
        { id: "name", method: "PATCH", path: "/v1/users/me", body: { name: "Batcher the Second" } },
        get("named", "/v1/users/me"),
        get("admin", "/v1/admin/orders"),
        { id: "head", method: "HEAD", path: "/v1/categories" },
        { id: "no-body", method: "PATCH", path: "/v1/users/me" },
        { id: "method", method: "DELETE", path: "/v1/products" },
        get("page", "/problems/not-in-batch", { headers: { prefer: "return=minimal" } }),
        get("words", "/v1/orders", { headers: { "Read-Consistency": "perhaps" } }),
        { id: "keyless", method: "POST", path: "/v1/orders", body: { lines: [] } },
      ],
      { by: "batcher" },
    ),
    batch(notInBatch, { by: "batcher" }),
    batch([get("a", "/v1/users/me")], { headers: { Authorization: "Bearer garbage" } }),
    batch([], refused),
    batch(Array(21).fill(get("a", "/healthz")), refused),
    batch([get("a", "https://elsewhere.example/v1/products")], refused),
    batch([{ id: "a", method: "OPTIONS", path: "/v1/products" }], refused),
    batch([get("a", "/v1/products", { headers: { Authorization: "Bearer other" } })], refused),
    batch([get("a", "/v1/products", { headers: { Prefer: "a\nb" } })], refused),
    batch([get("a", "/v1/products", { cookies: {} })], refused),
  ],
};

/** What pages of other origins and preflights are told. */
const options: Scenario = {
  name: "options",
  requests: [
    { request: "OPTIONS /v1/products", status: 204 },
    { request: `OPTIONS /v1/orders/${nobody}`, headers: { Origin: "https://elsewhere.example" }, status: 204 },
    { request: "OPTIONS /v1/webhooks/sandbox", status: 204 },
    { request: "OPTIONS /healthz", status: 204 },
    { request: "OPTIONS /v1/nothing", status: 404, problem: "not-found" },
  ],
};

const allWell = { status: "ok", unpublishedEvents: 0, unpublishedSince: null, deadEvents: 0 };
const past = { from: "2000-01-01T00:00:00Z", to: "2000-01-02T00:00:00Z" };
const future = { from: "2999-01-01T00:00:00Z", to: "2999-01-02T00:00:00Z" };
const replays = (body: object, more: Pick<Recorded, "status" | "problem">): Recorded => ({
  request: "POST /v1/ops/replays",
  ...asOperator,
  body,
  ...more,
});

/** Too old to be remembered, so that it stays dead. */
const forgotten = {
  id: "019a0000-0000-7000-8000-00000000dead",
  type: "stock.changed",
  version: 1,
  occurredAt: "2025-10-20T00:00:00Z",
  key: "C-DEAD",
  data: { sku: "C-DEAD", available: true },
  traceparent: null,
};
const givenUp = { status: 500, retried: 5, sourceBody: btoa(JSON.stringify({ events: [forgotten] })) };

/** What an operator looks at and mends. */
const operating: Scenario = {
  name: "operating",
  requests: [
    {
      request: "POST /v1/sessions",
      body: { email: "operator@headroom.local", password: "headroom-operator" },
      as: "operator",
      status: 201,
    },
    {
      request: "GET /v1/ops/overview",
      ...asOperator,
      eventually: { services: Array(7).fill(allWell), redis: "ok" },
      status: 200,
    },
    { request: "GET /v1/ops/dead-events", ...asOperator, status: 200 },
    { request: `POST /v1/ops/dead-events/${nobody}/replay`, ...asOperator, status: 404, problem: "not-found" },
    { request: "POST /v1/ops/dead-events/none/replay", ...asOperator, status: 404, problem: "not-found" },
    { request: "POST /v1/events/catalog/failures", body: givenUp, signedBy: "queue", status: 204 },
    { request: "GET /v1/ops/dead-events?limit=1", ...asOperator, as: "dead", status: 200 },
    { request: "POST /v1/ops/dead-events/{dead.body.data.0.id}/replay", ...asOperator, status: 202 },
    { request: "GET /v1/ops/dead-events?limit=1", ...asOperator, status: 200 },
    replays({ consumer: "nobody.nothing", ...future }, refused),
    replays({ consumer: "orders.prices", ...past }, refused),
    replays({ consumer: "orders.prices", from: future.to, to: future.from }, refused),
    replays({ consumer: "orders.prices", from: "yesterday", to: future.to }, refused),
    replays({ consumer: "orders.prices", ...future }, { status: 202 }),
  ],
};

export const gateway: readonly Scenario[] = [inOne, options, operating];
