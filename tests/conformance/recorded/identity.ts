import type { Recorded, Scenario } from "../exchange.ts";
import { buyer, nobody } from "./given.ts";

const email = "first@conformance.example";
const password = "a-long-unusual-phrase";
const logIn = { request: "POST /v1/sessions", body: { email, password }, status: 201 };
const refresh = (of: string, more: Partial<Recorded> = {}): Recorded => ({
  request: "POST /v1/sessions/refresh",
  body: { refreshToken: `{${of}.body.refreshToken}` },
  status: 201,
  ...more,
});
const guess: Recorded = {
  request: "POST /v1/sessions",
  body: { email: "guessed@conformance.example", password: "a-wrong-password" },
  status: 401,
  problem: "wrong-credentials",
};

const account: Scenario = {
  name: "an account",
  requests: [
    ...buyer("first"),
    { request: "POST /v1/users", body: { email, password, name: "Second" }, status: 409, problem: "email-taken" },
    {
      request: "POST /v1/users",
      body: { email: "w@conformance.example", password: "password123", name: "Weak" },
      status: 422,
      problem: "weak-password",
    },
    {
      request: "POST /v1/users",
      body: { email: "no-email", password: "short", name: "https://spam.example" },
      status: 422,
      problem: "invalid-request",
    },
    {
      request: "POST /v1/users",
      body: { email: "r@conformance.example", password, name: "Far", region: "nowhere" },
      status: 422,
      problem: "invalid-request",
    },
    {
      request: "POST /v1/users",
      headers: { Prefer: "return=minimal" },
      body: { email: "min@conformance.example", password, name: "Ü 漢 🛒" },
      status: 201,
    },
    { request: "GET /v1/users/me", by: "first", eventually: { name: "first" }, status: 200 },
    { request: "HEAD /v1/users/me", by: "first", status: 200 },
    { request: "GET /v1/users/me", by: "first", headers: { "Read-Consistency": "strong" }, status: 200 },
    { request: "GET /v1/users/me", by: "first", headers: { "Consistency-Token": "garbage" }, status: 200 },
    { request: "GET /v1/users/me", by: "first", headers: { "X-Request-Id": "caller.chose-this_1" }, status: 200 },
    { request: "GET /v1/users/me", by: "first", headers: { "X-Request-Id": "short" }, status: 200 },
    {
      request: "PATCH /v1/users/me",
      by: "first",
      body: { name: "Ana", metadata: { size: "M", größe: "ü" } },
      as: "changed",
      status: 200,
    },
    {
      request: "GET /v1/users/me",
      by: "first",
      headers: { "Consistency-Token": "{changed.headers.consistency-token}" },
      status: 200,
    },
    {
      request: "PATCH /v1/users/me",
      by: "first",
      headers: { Prefer: "return=minimal" },
      body: { name: "Bo" },
      status: 200,
    },
    {
      request: "PATCH /v1/users/me",
      by: "first",
      body: { name: "", metadata: { a: 1 } },
      status: 422,
      problem: "invalid-request",
    },
  ],
};

const sessions: Scenario = {
  name: "sessions",
  requests: [
    ...buyer("holder"),
    { ...logIn, body: { email: "holder@conformance.example", password }, as: "second", status: 201 },
    { ...logIn, body: { email: "HOLDER@conformance.example", password }, as: "third", status: 201 },
    {
      ...logIn,
      body: { email: "holder@conformance.example", password: "not-the-password" },
      status: 401,
      problem: "wrong-credentials",
    },
    {
      ...logIn,
      body: { email: "buyer20@headroom.local", password: "headroom-buyer" },
      status: 403,
      problem: "account-disabled",
    },
    {
      ...logIn,
      body: { email: "buyer20@headroom.local", password: "not-the-password" },
      status: 401,
      problem: "wrong-credentials",
    },
    // By a replica, which may be behind for a moment.
    { request: "GET /v1/sessions", by: "holder", as: "all", eventually: { data: [{}, {}, {}] }, status: 200 },
    { request: "GET /v1/sessions?limit=2", by: "holder", as: "page", status: 200 },
    { request: "GET /v1/sessions?limit=2&cursor={page.body.nextCursor}", by: "holder", status: 200 },
    { request: "GET /v1/orders?cursor={page.body.nextCursor}", by: "holder", status: 400, problem: "cursor-invalid" },
    { request: "DELETE /v1/sessions/{all.body.data.0.id}", by: "holder", status: 204 },
    { request: "DELETE /v1/sessions/{all.body.data.0.id}", by: "holder", status: 404, problem: "not-found" },
    { request: `DELETE /v1/sessions/${nobody}`, by: "holder", status: 404, problem: "not-found" },
    { request: "DELETE /v1/sessions/no-id", by: "holder", status: 404, problem: "not-found" },
    { request: "GET /v1/users/me", by: "third", eventually: {}, status: 401, problem: "session-revoked" },
    refresh("holder", { as: "rotated" }),
    refresh("holder"),
    refresh("rotated", { as: "newest" }),
    refresh("holder", { status: 401, problem: "session-revoked" }),
    refresh("newest", { status: 401, problem: "session-revoked" }),
    { request: "GET /v1/users/me", by: "newest", eventually: {}, status: 401, problem: "session-revoked" },
    {
      request: "POST /v1/sessions/refresh",
      body: { refreshToken: "unknown" },
      status: 401,
      problem: "refresh-token-invalid",
    },
    { request: "DELETE /v1/sessions/current", by: "second", status: 204 },
    { request: "GET /v1/users/me", by: "second", eventually: {}, status: 401, problem: "session-revoked" },
    { request: "GET /.well-known/jwks.json", status: 200 },
    { request: "HEAD /.well-known/jwks.json", status: 200 },
  ],
};

const cookie = { Cookie: "{browser.headers.set-cookie}" };
const cookies: Scenario = {
  name: "a refresh cookie",
  requests: [
    ...buyer("surfer"),
    {
      request: "POST /v1/sessions",
      body: { email: "surfer@conformance.example", password, cookie: true },
      as: "browser",
      status: 201,
    },
    { request: "POST /v1/sessions/refresh", headers: cookie, status: 403, problem: "forbidden" },
    {
      request: "POST /v1/sessions/refresh",
      headers: { ...cookie, Origin: "https://elsewhere.example" },
      status: 403,
      problem: "forbidden",
    },
    {
      request: "POST /v1/sessions/refresh",
      headers: { ...cookie, Origin: "{runtime.publicUrl}" },
      as: "again",
      status: 201,
    },
    { request: "DELETE /v1/sessions/current", by: "again", headers: cookie, status: 204 },
    {
      request: "POST /v1/sessions/refresh",
      headers: { ...cookie, Origin: "{runtime.publicUrl}" },
      status: 401,
      problem: "session-revoked",
    },
  ],
};

const guessing: Scenario = {
  name: "guessing a password",
  requests: [...Array<Recorded>(10).fill(guess), { ...guess, status: 429, problem: "too-many-attempts" }],
};

const newPassword = "another-unusual-phrase";
const change = (currentPassword: string, to: string, more: Partial<Recorded>): Recorded => ({
  request: "PUT /v1/users/me/password",
  by: "changer",
  body: { currentPassword, newPassword: to },
  status: 204,
  ...more,
});
const wrongCredentials = { status: 401, problem: "wrong-credentials" } as const;
const weak = { status: 422, problem: "weak-password" } as const;

const passwords: Scenario = {
  name: "a change of password",
  requests: [
    ...buyer("changer"),
    { ...logIn, body: { email: "changer@conformance.example", password }, as: "elsewhere" },
    change("not-the-password", newPassword, wrongCredentials),
    change(password, "password123", weak),
    change(password, newPassword, {}),
    { request: "GET /v1/users/me", by: "elsewhere", eventually: {}, status: 401, problem: "session-revoked" },
    { request: "GET /v1/users/me", by: "changer", headers: { "Read-Consistency": "strong" }, status: 200 },
    { ...logIn, body: { email: "changer@conformance.example", password }, ...wrongCredentials },
    { ...logIn, body: { email: "changer@conformance.example", password: newPassword } },
  ],
};

const mailedTo = "buyer18@headroom.local";
const invalidToken = { status: 400, problem: "token-invalid" } as const;
const reset = (token: string, to: string, more: Partial<Recorded> = {}): Recorded => ({
  request: "PUT /v1/password-resets",
  body: { token, password: to },
  status: 204,
  ...more,
});
const confirm = (token: string, more: Partial<Recorded> = {}): Recorded => ({
  request: "POST /v1/email-verifications/confirm",
  body: { token },
  status: 204,
  ...more,
});

const mailed: Scenario = {
  name: "what mails prove",
  requests: [
    ...buyer("mailed"),
    { request: "POST /v1/email-verifications", by: "mailed", status: 202 },
    { request: "POST /v1/password-resets", body: { email: "mailed@conformance.example" }, status: 202 },
    { request: "POST /v1/password-resets", body: { email: "unknown@conformance.example" }, status: 202 },
    { ...logIn, body: { email: mailedTo, password: "headroom-buyer" }, as: "asker" },
    confirm("conformance-reset", invalidToken),
    confirm("conformance-verification"),
    confirm("conformance-verification", invalidToken),
    reset("conformance-verification", newPassword, invalidToken),
    reset("conformance-reset", mailedTo, weak),
    reset("conformance-reset", newPassword),
    reset("conformance-reset", newPassword, invalidToken),
    { request: "GET /v1/users/me", by: "asker", eventually: {}, status: 401, problem: "session-revoked" },
    { ...logIn, body: { email: mailedTo, password: newPassword }, as: "again" },
    { request: "GET /v1/users/me", by: "again", status: 200 },
  ],
};

export const identity: readonly Scenario[] = [account, sessions, cookies, passwords, mailed, guessing];
