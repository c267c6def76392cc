import type { Recorded, Scenario } from "../exchange.ts";
import { buyer } from "./given.ts";

const json = { "Content-Type": "application/json; charset=utf-8" };
const refusedJson = { status: 400, problem: "malformed-request" } as const;
const me = (more: Partial<Recorded>): Recorded => ({ request: "GET /v1/users/me", by: "gus", status: 200, ...more });
/** With what the last write answered: without it one read may see the write, and the next, on a replica, not yet. */
const seen = (more: Partial<Recorded>): Recorded =>
  me({ ...more, headers: { "Consistency-Token": "{named.headers.consistency-token}", ...more.headers } });
const patch = (more: Partial<Recorded>): Recorded => me({ request: "PATCH /v1/users/me", ...more });

/** What HTTP lets a client do, and servers understand in ways of their own. */
export const manners: Scenario = {
  name: "manners of clients",
  requests: [
    ...buyer("gus"),
    patch({ headers: json, text: '\ufeff{"name": "Gus"}' }),
    patch({ text: "", ...refusedJson }),
    patch({ text: "null", status: 422, problem: "invalid-request" }),
    patch({ text: '{"name": "A", "name": "B"}' }),
    patch({ text: '{"constructor": {"role": "admin"}}', status: 422, problem: "invalid-request" }),
    patch({ text: '{"__proto__": {"role": "admin"}}', status: 422, problem: "invalid-request" }),
    patch({ bytes: [0x22, 0xff, 0x22], ...refusedJson }),
    patch({ body: { name: "Bit by bit" }, inChunks: true }),
    patch({ spaces: 1024 * 1024 + 1, inChunks: true, status: 413, problem: "body-too-large" }),
    patch({ text: '{"name": "\\ud800"}', status: 422, problem: "invalid-request" }),
    patch({ text: '{"name": "\\u0000"}', status: 422, problem: "invalid-request" }),
    patch({ text: "[".repeat(100_000), ...refusedJson }),
    patch({ body: { name: "Zoë 漢字 🛒" }, as: "named" }),
    seen({}),
    seen({ headers: { Authorization: "bearer {gus.body.accessToken}" } }),
    seen({ headers: { Authorization: "Bearer {gus.body.accessToken}x" }, status: 401, problem: "unauthenticated" }),
    seen({ headers: { Authorization: "Basic YTpi" }, status: 401, problem: "unauthenticated" }),
    seen({ headers: { "X-Request-Id": "ü-is-not-ascii" } }),
    seen({ headers: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } }),
    seen({ headers: { "X-Forwarded-For": "203.0.113.9" } }),
    seen({ headers: { "X-HTTP-Method-Override": "DELETE" } }),
    seen({ headers: { "Read-Consistency": "" } }),
    seen({ headers: { "Consistency-Token": "a, b, c" } }),
    seen({ headers: { Origin: "https://elsewhere.example" } }),
    seen({ headers: { "Accept-Encoding": "gzip, br" } }),
    seen({ headers: { Accept: "text/html" } }),
    seen({ headers: { Range: "bytes=0-3" } }),
    seen({ request: "GET /v1/users/me/", status: 404, problem: "not-found" }),
    seen({ request: "GET /v1//users/me", status: 404, problem: "not-found" }),
    seen({ request: "GET /V1/users/me", status: 404, problem: "not-found" }),
    seen({ request: "GET /v1/users/%6De" }),
    seen({ request: "GET /v1/users/../users/me" }),
    seen({ request: "GET /v1/users/me?x=%", status: 200 }),
    me({ request: "GET /v1/orders?limit=1&limit=0", status: 200 }),
    me({ request: "GET /v1/orders?limit=%31", status: 200 }),
    me({ request: "GET /v1/orders?limit=1.5", status: 422, problem: "invalid-request" }),
    me({ request: "GET /v1/orders?limit=", status: 422, problem: "invalid-request" }),
    me({ request: "GET /v1/orders/%ff", status: 404, problem: "not-found" }),
    me({ request: "GET /v1/products?category=%E2%82%AC", status: 422, problem: "invalid-request" }),
    me({ request: "GET /v1/products?q=%&sort=name&limit=1", status: 200 }),
    me({ request: "GET /v1/products?limit=1&sort=name" }),
    me({ request: "GET /v1/products?limit=1&sort=name", headers: { "If-None-Match": "*" }, status: 304 }),
    me({ request: "OPTIONS /v1/users/me", status: 204 }),
    me({ request: "HEAD /v1/orders", status: 200 }),
    me({ request: "HEAD /v1/nothing", status: 404 }),
    me({ request: "DELETE /v1/products", status: 405, problem: "method-not-allowed" }),
    me({ request: "PURGE /v1/products", status: 405, problem: "method-not-allowed" }),
    { request: "POST /v1/sessions", spaces: 17 * 1024 * 1024, status: 413, problem: "body-too-large" },
  ],
};
