import type { Recorded, Scenario } from "../exchange.ts";
import { buyer, lines, nobody, order } from "./given.ts";

const away = { status: 503, problem: "service-unavailable" } as const;
const silent = { status: 504, problem: "upstream-timeout" } as const;
const looping = { status: 508, problem: "loop-detected" } as const;
const defect = { status: 500, problem: "internal" } as const;
const overloaded = { status: 503, problem: "overloaded" } as const;
const primaryAway = { status: 503, problem: "primary-unavailable" } as const;
const strongly = { "Read-Consistency": "strong" };

/** Logs one of the sample buyers in. */
function logIn(as: string): Recorded {
  const body = { email: `${as}@headroom.local`, password: "headroom-buyer" };
  return { request: "POST /v1/sessions", body, as, status: 201 };
}

const whatIsAway: Scenario = {
  name: "a service that is away: payments",
  requests: [
    logIn("buyer1"),
    { request: `GET /v1/payments/${nobody}`, by: "buyer1", ...away },
    { request: `HEAD /v1/payments/${nobody}`, by: "buyer1", status: 503 },
    {
      request: `POST /v1/orders/${nobody}/payments`,
      by: "buyer1",
      key: "k",
      body: { paymentMethod: "pm_ok" },
      ...away,
    },
    { request: "POST /v1/webhooks/sandbox", body: { type: "payment.captured" }, signedBy: "provider", ...away },
    { request: "GET /v1/orders", by: "buyer1", status: 200 },
  ],
};

export const silence: Scenario = {
  name: "a service that accepts and stays silent: inventory",
  requests: [{ request: "GET /v1/stock", ...silent }],
};

export const silenceOfPort: Scenario = {
  name: "a service that another asks and that stays silent: inventory",
  requests: [
    logIn("buyer2"),
    { request: "GET /v1/products?available=true&limit=1", as: "list", status: 200 },
    order("buyer2", "k", lines("{list.body.data.0.variants.0.sku}", 1), silent),
    { request: "GET /v1/orders", by: "buyer2", headers: strongly, status: 200 },
  ],
};

const circle: Scenario = {
  name: "a service whose address is the caller's own: notifications",
  requests: [
    logIn("buyer3"),
    { request: "GET /v1/notifications", by: "buyer3", ...looping },
    { request: `PATCH /v1/notifications/${nobody}`, by: "buyer3", body: { read: true }, ...looping },
    { request: "GET /v1/users/me", by: "buyer3", status: 200 },
  ],
};

export const defects: Scenario = {
  name: "a defect: a table that is not there",
  requests: [
    { request: "GET /v1/categories", ...defect },
    { request: "GET /v1/categories", headers: strongly, ...defect },
    { request: "GET /v1/products?limit=1&sort=name", status: 200 },
  ],
};

const lock: Scenario = {
  name: "a lock that somebody holds on",
  requests: [
    logIn("buyer5"),
    { request: "PATCH /v1/users/me", by: "buyer5", body: { name: "Waiting" }, ...overloaded },
    { request: "GET /v1/users/me", by: "buyer5", status: 200 },
  ],
};

const strongRead: Recorded = { request: "GET /v1/users/me", by: "ida", headers: strongly, status: 200 };
export const tooMany: Scenario = {
  name: "more than the limit of strong reads",
  requests: [
    ...buyer("ida"),
    ...Array<Recorded>(60).fill(strongRead),
    { ...strongRead, status: 429, problem: "rate-limited" },
    { request: "GET /v1/users/me", by: "ida", status: 200 },
  ],
};

const withToken = (token: string, request: string, more: Partial<Recorded>): Recorded => ({
  request,
  headers: { Authorization: `Bearer {runtime.${token}}` },
  status: 401,
  ...more,
});
const expiry: Scenario = {
  name: "an access token a second past its expiry",
  requests: [
    withToken("expiredToken", "GET /v1/users/me", { problem: "token-expired" }),
    withToken("expiredToken", "POST /v1/orders", { problem: "token-expired", body: {} }),
    withToken("expiredToken", "DELETE /v1/sessions/current", { problem: "token-expired" }),
    withToken("expiredToken", "GET /v1/products?limit=1&sort=name", { status: 200 }),
    // Nothing else was wrong with it.
    withToken("youngToken", "GET /v1/users/me", { problem: "session-revoked" }),
  ],
};

/** What a deployment answers while much of what it stands on is in trouble. They do not disturb each other. */
export const troubles: readonly Scenario[] = [
  whatIsAway,
  silence,
  silenceOfPort,
  circle,
  defects,
  lock,
  tooMany,
  expiry,
];

export const withoutPrimary: Scenario = {
  name: "the primary is away",
  requests: [
    { request: "POST /v1/sessions", body: { email: "a@conformance.example", password: "a-long-one" }, ...primaryAway },
    {
      request: "POST /v1/users",
      body: { email: "a@conformance.example", password: "a-long-unusual-phrase", name: "A" },
      ...primaryAway,
    },
    { request: "GET /v1/products?limit=2&sort=name", headers: strongly, ...primaryAway },
    { request: "GET /v1/products?limit=2&sort=name", status: 200 },
    { request: "GET /v1/products?limit=3&sort=price", status: 200 },
    { request: "GET /healthz", status: 200 },
  ],
};
