import type { Recorded, Scenario } from "../exchange.ts";
import { admin, buyer, lines, order, product, skuOf } from "./given.ts";

const account = { email: "leaver@conformance.example", password: "a-long-unusual-phrase" };
const otherWord = { "Read-Consistency": "soon" };
const strongly = { "Read-Consistency": "strong" };
const address = { name: "Leaver", line1: "Street 1", city: "City", postalCode: "1234", country: "DE" };

const ofLeaver = (request: string, more: Partial<Recorded> = {}): Recorded => ({
  request,
  by: "leaver",
  status: 200,
  ...more,
});
const ended = { status: 401, problem: "session-revoked" } as const;
const refused = { status: 400, problem: "header-invalid", headers: otherWord } as const;
const unknown = { by: undefined, status: 401, problem: "unauthenticated" } as const;

export const erasure: Scenario = {
  name: "an export, and an erasure",
  requests: [
    admin,
    ...product(51, 10),
    ...buyer("leaver"),
    order("leaver", "given", { ...lines(skuOf(51, 0), 1), shippingAddress: address }, { as: "order", eventually: {} }),
    ofLeaver("POST /v1/orders/{order.body.id}/payments", {
      key: "declined",
      body: { paymentMethod: "pm_declined" },
      status: 201,
    }),
    ofLeaver("GET /v1/notifications", { headers: strongly, eventually: { data: [{}] } }),
    ofLeaver("GET /v1/users/me/export", unknown),
    ofLeaver("GET /v1/users/me/export", refused),
    ofLeaver("GET /v1/users/me/export"),
    ofLeaver("HEAD /v1/users/me/export"),
    ofLeaver("GET /v1/users/me/export", { headers: { Prefer: "return=minimal" } }),
    ofLeaver("DELETE /v1/users/me", unknown),
    ofLeaver("DELETE /v1/users/me", refused),
    ofLeaver("DELETE /v1/users/me", { status: 202 }),
    ofLeaver("DELETE /v1/users/me", ended),
    ofLeaver("GET /v1/users/me/export", ended),
    { request: "POST /v1/sessions", body: account, status: 401, problem: "wrong-credentials" },
    {
      request: "GET /v1/admin/orders/{order.body.id}",
      by: "admin",
      eventually: { shippingAddress: null },
      status: 200,
    },
    { request: "POST /v1/users", body: { ...account, name: "Again" }, status: 201 },
    // His order is on its way.
    {
      request: "POST /v1/sessions",
      body: { email: "buyer19@headroom.local", password: "headroom-buyer" },
      as: "shipped",
      status: 201,
    },
    { request: "DELETE /v1/users/me", by: "shipped", status: 409, problem: "orders-open" },
  ],
};
