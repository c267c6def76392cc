import { afterAll, expect } from "bun:test";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { Hono } from "hono";
import postgres from "postgres";
import { migrateAll } from "../../db/migrate.ts";
import type { Ports } from "../../src/contracts/ports.ts";
import { addressLimit } from "../../src/gateway/address-limit.ts";
import { consistencyToken } from "../../src/gateway/consistency-token.ts";
import { requestScope } from "../../src/gateway/request-scope.ts";
import { responseHeaders } from "../../src/gateway/response-headers.ts";
import { readConfig } from "../../src/platform/config.ts";
import { type Deps, startInstance } from "../../src/platform/deps.ts";
import { access } from "../../src/platform/http/access.ts";
import type { AppEnv } from "../../src/platform/http/app-env.ts";
import { answerProblem } from "../../src/platform/http/problem.ts";
import { openDeps } from "../../src/platform/open-deps.ts";
import type { Caller, Scope } from "../../src/platform/scope.ts";
import { within } from "../../src/platform/within.ts";
import { identityPort } from "../../src/services/identity/port.ts";
import { identity } from "../../src/services/identity/routes.ts";
import { makeOwnDatabase } from "./own-database.ts";
import { openShop } from "./shop.ts";
import { testRuntime } from "./test-runtime.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects of any answer.
  readonly body: any;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly from?: string;
}

export interface ShopInstance {
  readonly deps: Deps;
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
}

/** A database of a test file's own in the test run's cloud, and as many instances of identity on it as it likes. */
export interface IdentityShop {
  readonly sql: postgres.Sql;
  readonly instance: (env?: Readonly<Record<string, string>>) => ShopInstance;
}

/** Closed after the file's tests. */
export function openIdentityShop(): Promise<IdentityShop> {
  return within(60_000, open());
}

async function open(): Promise<IdentityShop> {
  const { config } = await openShop();
  const { url, drop } = await makeOwnDatabase();
  const environment = {
    ...secrets(),
    DATABASE_URL: url,
    UPSTASH_REDIS_REST_URL: config.UPSTASH_REDIS_REST_URL,
    UPSTASH_REDIS_REST_TOKEN: config.UPSTASH_REDIS_REST_TOKEN,
  };
  await migrateAll(readConfig(environment));
  const sql = postgres(url, { max: 2, onnotice: () => undefined });
  const opened: Deps[] = [];
  afterAll(async () => {
    // Not their background work: without Redis it tries for 20 s.
    await Promise.all([sql.end({ timeout: 1 }), ...opened.map(({ databases }) => databases.close())]);
    await drop();
  }, 30_000);
  return {
    sql,
    instance: (env = {}) => {
      const deps = depsOf({ ...environment, ...env });
      opened.push(deps);
      return { deps, call: caller(deps) };
    },
  };
}

/** An account of the test's own, logged in. */
export async function newUser(at: ShopInstance) {
  const email = `buyer-${randomUUID()}@example.com`;
  const password = `pass-${randomUUID()}`;
  const registered = await at.call("POST", "/v1/users", { body: { email, password, name: "A Buyer" } });
  expect(registered.status).toBe(201);
  return { id: registered.body.id as string, email, password, ...(await logIn(at, email, password)) };
}

/** An account of that role, logged in. */
export async function newStaff(shop: IdentityShop, at: ShopInstance, role: Caller["role"]) {
  const { id, email, password } = await newUser(at);
  await shop.sql`update identity.users set role = ${role} where id = ${id}`;
  return { id, email, password, ...(await logIn(at, email, password)) };
}

export async function logIn(at: ShopInstance, email: string, password: string) {
  const { status, body } = await at.call("POST", "/v1/sessions", { body: { email, password } });
  expect(status).toBe(201);
  return { token: body.accessToken as string, refreshToken: body.refreshToken as string };
}

export function refresh(at: ShopInstance, refreshToken: string): Promise<Answer> {
  return at.call("POST", "/v1/sessions/refresh", { body: { refreshToken } });
}

/** The problem's last word. */
export const slug = ({ body }: Answer): string => String(body?.type).split("/").at(-1) ?? "";
export const refusal = (answer: Answer): [number, string] => [answer.status, slug(answer)];

function depsOf(env: Readonly<Record<string, string>>) {
  const config = readConfig(env);
  const instance = startInstance(config);
  return openDeps(instance, { identity: identityPort } as Ports<Scope>, {
    ...testRuntime(instance),
    clientAddress: (request) => request.headers.get("x-test-address") ?? "203.0.113.1",
    openRelay: () => ({ wake: () => undefined }),
  });
}

const app = new Hono<AppEnv>()
  .use(requestScope())
  .use(responseHeaders())
  .use(addressLimit)
  .use(consistencyToken())
  .route("/", identity)
  .get("/for/operator", access("operator"), (c) => c.json({ by: c.var.caller.role }))
  .get("/for/admin", access("admin"), (c) => c.json({ by: c.var.caller.role }))
  .get("/for/stock-keys", access("admin", { scope: "stock:write" }), (c) => c.json({ by: c.get("apiKey")?.id }))
  .get("/for/fresh", access("operator", { fresh: true }), (c) => c.json({ by: c.var.caller.role }))
  .get("/for/anyone", access("anyone"), (c) => c.json({ read: c.var.scope.readConsistency }))
  .onError(answerProblem);

function caller(deps: Deps): ShopInstance["call"] {
  return async (method, path, { token, body, headers = {}, from } = {}) => {
    const response = await app.request(
      path,
      {
        method,
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(from === undefined ? {} : { "x-test-address": from }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      deps,
    );
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  };
}

function secrets() {
  const { privateKey } = generateKeyPairSync("ed25519");
  return {
    HEADROOM_MODE: "embedded",
    LOG_LEVEL: "silent",
    PUBLIC_URL: "http://127.0.0.1:3000",
    QSTASH_URL: "http://127.0.0.1:1",
    QSTASH_TOKEN: "not-used-by-this-test",
    QSTASH_CURRENT_SIGNING_KEY: "not-used-by-this-test",
    QSTASH_NEXT_SIGNING_KEY: "not-used-by-this-test",
    TOKEN_SIGNING_KEYS: JSON.stringify([{ kid: "first", jwk: privateKey.export({ format: "jwk" }) }]),
    REFRESH_SECRET: "a-refresh-secret-of-this-test",
    METRICS_TOKEN: "not-used-by-this-test",
    SCRYPT_LN: "4",
    RATE_LIMIT_SCALE: "1000",
  };
}
