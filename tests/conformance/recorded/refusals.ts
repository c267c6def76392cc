import type { Recorded, Scenario } from "../exchange.ts";
import { admin, buyer, nobody } from "./given.ts";

const open = [
  "GET /.well-known/jwks.json",
  "GET /v1/categories",
  "GET /v1/products",
  `GET /v1/products/${nobody}`,
  "GET /images/some.svg",
  "POST /v1/batch",
  "POST /v1/quotes",
  "POST /v1/email-verifications/confirm",
  "POST /v1/password-resets",
  "POST /v1/sessions",
  "POST /v1/sessions/refresh",
  "POST /v1/users",
  "POST /v1/webhooks/sandbox",
  "PUT /v1/password-resets",
];
const forUsers = [
  "DELETE /v1/sessions/current",
  `DELETE /v1/sessions/${nobody}`,
  "GET /v1/cart",
  "GET /v1/notifications",
  "GET /v1/orders",
  `GET /v1/orders/${nobody}`,
  `GET /v1/orders/${nobody}/events`,
  `GET /v1/orders/${nobody}/payments`,
  `GET /v1/payments/${nobody}`,
  `GET /v1/payments/${nobody}/refunds`,
  "GET /v1/sessions",
  "GET /v1/users/me",
  `PATCH /v1/notifications/${nobody}`,
  "PATCH /v1/users/me",
  "POST /v1/email-verifications",
  "POST /v1/orders",
  `POST /v1/orders/${nobody}/cancel`,
  `POST /v1/orders/${nobody}/payments`,
  "PUT /v1/cart",
  "PUT /v1/users/me/password",
];
const forOperators = ["GET /v1/audit-log"];
const forAdmins = [
  "GET /v1/api-keys",
  "POST /v1/api-keys",
  `DELETE /v1/api-keys/${nobody}`,
  "GET /v1/ops/overview",
  "GET /v1/ops/dead-events",
  `POST /v1/ops/dead-events/${nobody}/replay`,
  "POST /v1/ops/replays",
  "GET /v1/analytics/summary",
  "DELETE /v1/coupons/C-0",
  "GET /v1/coupons",
  "GET /v1/coupons/C-0",
  "PUT /v1/coupons/C-0",
  "GET /v1/admin/users",
  `GET /v1/admin/users/${nobody}`,
  `PATCH /v1/admin/users/${nobody}`,
  "GET /v1/admin/orders",
  `GET /v1/admin/orders/${nobody}`,
  `POST /v1/orders/${nobody}/deliveries`,
  `POST /v1/orders/${nobody}/shipments`,
  `POST /v1/payments/${nobody}/refunds`,
  `DELETE /v1/products/${nobody}`,
  `PUT /v1/products/${nobody}`,
  "GET /v1/stock",
  "GET /v1/stock/C-0-0",
  "GET /v1/stock/C-0-0/movements",
  "POST /v1/products/imports",
  "POST /v1/stock/C-0-0/adjustments",
  "PUT /v1/stock/C-0-0",
  "GET /v1/webhook-endpoints",
  "POST /v1/webhook-endpoints",
  `DELETE /v1/webhook-endpoints/${nobody}`,
  `GET /v1/webhook-endpoints/${nobody}`,
  `PATCH /v1/webhook-endpoints/${nobody}`,
  `GET /v1/webhook-endpoints/${nobody}/deliveries`,
  `POST /v1/webhook-endpoints/${nobody}/deliveries/${nobody}/redeliver`,
  `POST /v1/webhook-endpoints/${nobody}/secret`,
];
const withBody = [
  "POST /v1/api-keys",
  "POST /v1/batch",
  "POST /v1/ops/replays",
  "POST /v1/users",
  "POST /v1/sessions",
  "POST /v1/sessions/refresh",
  "PATCH /v1/users/me",
  "POST /v1/email-verifications/confirm",
  "POST /v1/password-resets",
  "PUT /v1/password-resets",
  "PUT /v1/users/me/password",
  `PATCH /v1/admin/users/${nobody}`,
  "POST /v1/orders",
  `POST /v1/orders/${nobody}/payments`,
  `POST /v1/orders/${nobody}/deliveries`,
  `POST /v1/orders/${nobody}/shipments`,
  `POST /v1/payments/${nobody}/refunds`,
  `PATCH /v1/notifications/${nobody}`,
  `PUT /v1/products/${nobody}`,
  "PUT /v1/stock/C-0-0",
  "POST /v1/quotes",
  "PUT /v1/cart",
  "PUT /v1/coupons/C-0",
  "POST /v1/stock/C-0-0/adjustments",
  "POST /v1/webhook-endpoints",
  `PATCH /v1/webhook-endpoints/${nobody}`,
];
const lists = [
  "/v1/ops/dead-events",
  "/v1/products",
  "/v1/categories",
  "/v1/orders",
  "/v1/notifications",
  "/v1/sessions",
  "/v1/api-keys",
  "/v1/stock",
  "/v1/coupons",
  "/v1/admin/orders",
  "/v1/webhook-endpoints",
  "/v1/admin/users",
  "/v1/audit-log",
];

const byAdmin = { by: "admin" };
const inOtherWords = { headers: { "Read-Consistency": "perhaps" }, status: 400, problem: "header-invalid" } as const;

/** Who may not, in the order of the contract's first rule. */
const whoMayNot: Scenario = {
  name: "who may not",
  requests: [
    admin,
    ...buyer("stranger"),
    ...[...forUsers, ...forOperators, ...forAdmins].flatMap((request): Recorded[] => [
      { request, status: 401, problem: "unauthenticated" },
      { request, headers: { Authorization: "Bearer garbage" }, status: 401, problem: "unauthenticated" },
      { request, ...byAdmin, ...inOtherWords },
    ]),
    ...[...forOperators, ...forAdmins].map(
      (request): Recorded => ({ request, by: "stranger", status: 403, problem: "forbidden" }),
    ),
    ...open.map((request): Recorded => ({ request, ...inOtherWords })),
  ],
};

const whatCannotBeRead: Scenario = {
  name: "what cannot be read",
  requests: [
    admin,
    ...withBody.flatMap((request): Recorded[] => [
      { request, ...byAdmin, status: 415, problem: "unsupported-media-type" },
      {
        request,
        ...byAdmin,
        text: "x=1",
        headers: { "Content-Type": "text/plain" },
        status: 415,
        problem: "unsupported-media-type",
      },
      { request, ...byAdmin, spaces: 1024 * 1024 + 1, status: 413, problem: "body-too-large" },
      { request, ...byAdmin, text: '{"half":', status: 400, problem: "malformed-request" },
      { request, ...byAdmin, key: "k", body: { unknown: true }, status: 422, problem: "invalid-request" },
    ]),
    { request: "POST /v1/webhooks/sandbox", spaces: 1024 * 1024 + 1, status: 413, problem: "body-too-large" },
    ...lists.flatMap((path): Recorded[] => [
      { request: `GET ${path}?limit=0`, ...byAdmin, status: 422, problem: "invalid-request" },
      { request: `GET ${path}?limit=x`, ...byAdmin, status: 422, problem: "invalid-request" },
      { request: `GET ${path}?cursor=x`, ...byAdmin, status: 400, problem: "cursor-invalid" },
    ]),
  ],
};

const whatIsNotThere: Scenario = {
  name: "what is not there",
  requests: [
    { request: "GET /v1/nothing", status: 404, problem: "not-found" },
    { request: "GET /%2e%2e/etc/passwd", status: 404, problem: "not-found" },
    { request: "GET /v1/orders%00", status: 404, problem: "not-found" },
    { request: "DELETE /v1/orders", status: 405, problem: "method-not-allowed" },
    { request: "PUT /v1/sessions", status: 405, problem: "method-not-allowed" },
    { request: "POST /v1/products", status: 405, problem: "method-not-allowed" },
    { request: "OPTIONS /v1/products", headers: { Origin: "https://elsewhere.example" }, status: 204 },
  ],
};

export const refusals: readonly Scenario[] = [whoMayNot, whatCannotBeRead, whatIsNotThere];
