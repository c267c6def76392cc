import type { Recorded, Scenario } from "../exchange.ts";
import { admin, buyer, nobody } from "./given.ts";

const email = "ivo@conformance.example";
const credentials = { email, password: "a-long-unusual-phrase" };

const byAdmin = (request: string, more: Partial<Recorded> = {}): Recorded => ({
  request,
  by: "admin",
  status: 200,
  ...more,
});
const change = (id: string, body: object, more: Partial<Recorded> = {}) =>
  byAdmin(`PATCH /v1/admin/users/${id}`, { body, ...more });
const logIn = (more: Partial<Recorded>): Recorded => ({
  request: "POST /v1/sessions",
  body: credentials,
  status: 201,
  ...more,
});
const ofIvo = "GET /v1/audit-log?target={me.body.id}";
const notFound = { status: 404, problem: "not-found" } as const;
const notAllowed = { status: 422, problem: "invalid-request" } as const;
const otherList = { status: 400, problem: "cursor-invalid" } as const;
const forbidden = { status: 403, problem: "forbidden" } as const;

export const administration: Scenario = {
  name: "the administration of users and the audit log",
  requests: [
    admin,
    ...buyer("ivo"),
    { request: "GET /v1/users/me", by: "ivo", headers: { "Read-Consistency": "strong" }, as: "me", status: 200 },
    byAdmin("GET /v1/users/me", { as: "boss", headers: { "Read-Consistency": "strong" } }),
    byAdmin("GET /v1/admin/users?email=IVO@conformance.example"),
    byAdmin(`GET /v1/admin/users?email=${email}&role=admin`),
    byAdmin("GET /v1/admin/users?role=operator"),
    byAdmin("GET /v1/admin/users?role=customer&limit=1", { as: "page" }),
    byAdmin("GET /v1/admin/users?role=customer&limit=1&cursor={page.body.nextCursor}"),
    byAdmin("GET /v1/admin/users?limit=1&cursor={page.body.nextCursor}", otherList),
    byAdmin("GET /v1/admin/users?role=owner", notAllowed),
    byAdmin("HEAD /v1/admin/users?role=operator"),
    byAdmin("GET /v1/admin/users/{me.body.id}"),
    byAdmin(`GET /v1/admin/users/${nobody}`, notFound),
    byAdmin("GET /v1/admin/users/no-id", notFound),
    change("{me.body.id}", {}),
    change("{me.body.id}", { role: "operator" }),
    { request: "GET /v1/users/me", by: "ivo", eventually: {}, status: 401, problem: "session-revoked" },
    logIn({ as: "ivan" }),
    { request: "GET /v1/admin/users", by: "ivan", ...forbidden },
    { request: ofIvo, by: "ivan", eventually: { data: [{ action: "user.role-changed" }] }, status: 200 },
    { request: "GET /v1/audit-log?actor={me.body.id}", by: "ivan", eventually: { data: [{}] }, status: 200 },
    change("{me.body.id}", { disabled: true }, { headers: { Prefer: "return=minimal" } }),
    logIn({ status: 403, problem: "account-disabled" }),
    change("{me.body.id}", { disabled: false, role: "customer" }),
    logIn({}),
    byAdmin(ofIvo, { eventually: { data: [{}, {}, {}, {}] } }),
    byAdmin(`${ofIvo}&action=user.enabled&actor={boss.body.id}`),
    byAdmin(`${ofIvo}&limit=3`, { as: "records" }),
    byAdmin(`${ofIvo}&limit=3&cursor={records.body.nextCursor}`),
    byAdmin("GET /v1/audit-log?limit=3&cursor={records.body.nextCursor}", otherList),
    byAdmin(`GET /v1/audit-log?action=${"x".repeat(201)}`, notAllowed),
    byAdmin(`HEAD ${ofIvo.slice(4)}`),
    change("{boss.body.id}", { role: "customer" }, forbidden),
    change(nobody, { disabled: true }, notFound),
    change("no-id", { disabled: true }, notFound),
    change("{me.body.id}", { role: "owner" }, notAllowed),
    byAdmin("GET /v1/admin/users/{boss.body.id}"),
  ],
};
