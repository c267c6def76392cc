import type { Recorded, Scenario } from "../exchange.ts";
import { admin, nobody } from "./given.ts";

/** It is there from the beginning, with two deliveries (runtimes.ts). */
export const givenEndpointId = "c0f0a000-0000-7000-8000-000000000001";

const list = "/v1/webhook-endpoints";
const given = `${list}/${givenEndpointId}`;
const own = `${list}/{made.body.id}`;
const hook = { url: "https://hooks.example/shop?id=1", events: ["order.paid", "product.changed"] };
const notFound = { status: 404, problem: "not-found" } as const;
const refused = { status: 422, problem: "invalid-request" } as const;
const forbidden = { status: 422, problem: "target-forbidden" } as const;

const ask = (request: string, more: Partial<Recorded> = {}): Recorded => ({
  request,
  by: "admin",
  status: 200,
  ...more,
});
const add = (body: object, more: Partial<Recorded> = {}) =>
  ask(`POST ${list}`, { body: { ...hook, ...body }, status: 201, ...more });

const forbiddenUrls = [
  "ftp://hooks.example/",
  "https://user:secret@hooks.example/",
  "https://2130706433/",
  "https://0x7f.0.0.1/",
  "https://0177.1/",
  "https://169.254.169.254/",
  "https://[::ffff:10.0.0.1]/",
  "https://hooks.example:22/",
  "https://hooks.example:6379/",
];

export const webhooks: Scenario = {
  name: "webhook endpoints",
  requests: [
    admin,
    add({}, { as: "made" }),
    add({ events: ["*"], enabled: false }, { as: "off" }),
    add({}, { headers: { Prefer: "return=minimal" } }),
    ...forbiddenUrls.map((url) => add({ url }, forbidden)),
    add({ url: "no url" }, refused),
    add({ events: [] }, refused),
    add({ events: ["user.registered"] }, refused),
    add({ events: ["*", "order.paid"] }, refused),
    add({ secret: "mine" }, refused),
    ask(`GET ${own}`),
    ask(`GET ${list}/${nobody}`, notFound),
    ask(`GET ${list}/no-id`, notFound),
    ask(`GET ${list}?limit=2`, { as: "page" }),
    ask(`GET ${list}?limit=2&cursor={page.body.nextCursor}`),
    ask(`GET ${given}/deliveries?cursor={page.body.nextCursor}`, { status: 400, problem: "cursor-invalid" }),
    ask(`PATCH ${own}`, { body: { enabled: false } }),
    ask(`PATCH ${own}`, { body: { url: "https://hooks.example:8443/", events: ["*"], enabled: true } }),
    ask(`PATCH ${own}`, { body: {} }),
    ask(`PATCH ${own}`, { body: { url: "https://user@hooks.example/" }, ...forbidden }),
    ask(`PATCH ${own}`, { body: { events: ["order.painted"] }, ...refused }),
    ask(`PATCH ${list}/${nobody}`, { body: { url: "https://user@hooks.example/" }, ...notFound }),
    ask(`POST ${own}/secret`, { status: 201 }),
    ask(`POST ${own}/secret`, { status: 201 }),
    ask(`POST ${list}/${nobody}/secret`, notFound),
    ask(`GET ${own}`),
    ask(`GET ${own}/deliveries`),
    ask(`GET ${given}/deliveries`, { as: "deliveries" }),
    ask(`GET ${given}/deliveries?limit=1`, { as: "first" }),
    ask(`GET ${given}/deliveries?limit=1&cursor={first.body.nextCursor}`),
    ask(`GET ${given}/deliveries?limit=0`, refused),
    ask(`GET ${list}/${nobody}/deliveries`, notFound),
    ask(`POST ${given}/deliveries/{deliveries.body.data.1.id}/redeliver`, { status: 202 }),
    ask(`POST ${own}/deliveries/{deliveries.body.data.1.id}/redeliver`, notFound),
    ask(`POST ${given}/deliveries/${nobody}/redeliver`, notFound),
    ask(`POST ${given}/deliveries/no-id/redeliver`, notFound),
    ask(`GET ${given}/deliveries`),
    ask(`DELETE ${own}`, { status: 204 }),
    ask(`DELETE ${own}`, notFound),
    ask(`GET ${own}/deliveries`, notFound),
    // There are three by now.
    ...Array.from({ length: 47 }, () => add({})),
    add({}, { status: 409, problem: "limit-reached" }),
  ],
};
