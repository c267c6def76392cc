import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { exportJWK, generateKeyPair } from "jose";
import postgres, { type Sql } from "postgres";
import { migrateAll } from "../../db/migrate.ts";
import { startRedisEndpoint } from "../../local/redis/start-redis-endpoint.ts";
import type { Ports } from "../../src/contracts/ports.ts";
import { consistencyToken } from "../../src/gateway/consistency-token.ts";
import { requestScope } from "../../src/gateway/request-scope.ts";
import { responseHeaders } from "../../src/gateway/response-headers.ts";
import { readConfig } from "../../src/platform/config.ts";
import { type Deps, startInstance } from "../../src/platform/deps.ts";
import type { AppEnv } from "../../src/platform/http/app-env.ts";
import { answerProblem } from "../../src/platform/http/problem.ts";
import { openDeps } from "../../src/platform/open-deps.ts";
import type { Scope } from "../../src/platform/scope.ts";
import { signAccessToken } from "../../src/platform/tokens.ts";
import { catalog } from "../../src/services/catalog/routes.ts";
import { startTestCluster } from "./cluster.ts";
import { testRuntime } from "./test-runtime.ts";

/** A database and a Redis endpoint of a test's own, for as many instances as it likes. */
export interface CatalogShop {
  /** A plain client of the primary. */
  readonly sql: Sql;
  /** `env` replaces parts of the instance's configuration. */
  readonly start: (env?: Readonly<Record<string, string>>) => Promise<CatalogInstance>;
  readonly close: () => Promise<void>;
}

/** One instance of the application, without a network: what a client sees of it. */
export interface CatalogInstance {
  readonly deps: Deps;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly head: (path: string) => Promise<Response>;
  /** As an admin. */
  readonly write: (
    method: "PUT" | "DELETE",
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Response>;
}

export async function startCatalogShop(): Promise<CatalogShop> {
  const home = await mkdtemp(join(tmpdir(), "headroom-catalog-"));
  const token = "a-token-for-the-tests";
  const [cluster, redis] = await Promise.all([
    startTestCluster(home),
    startRedisEndpoint({ port: 0, token, engine: "auto", home }),
  ]);
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const environment = {
    ...fixed,
    DATABASE_URL: cluster.urls.primary,
    UPSTASH_REDIS_REST_URL: redis.url,
    UPSTASH_REDIS_REST_TOKEN: token,
    TOKEN_SIGNING_KEYS: JSON.stringify([{ kid: "test", jwk: await exportJWK(privateKey) }]),
  };
  await migrateAll(readConfig(environment));
  const sql = postgres(cluster.urls.primary, { max: 2, fetch_types: false, onnotice: () => undefined });
  const opened: ReturnType<typeof open>[] = [];
  return {
    sql,
    start: async (env = {}) => {
      const deps = open(readConfig({ ...environment, ...env }));
      opened.push(deps);
      return await instanceOf(deps);
    },
    close: async () => {
      await Promise.all(opened.map((deps) => deps.close()));
      await sql.end({ timeout: 1 });
      await Promise.all([cluster.stop(), redis.stop()]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

function open(config: ReturnType<typeof readConfig>) {
  const instance = startInstance(config);
  const deps: ReturnType<typeof openDeps> = openDeps(instance, ports, {
    ...testRuntime(instance),
    openRelay: () => ({ wake: () => undefined }),
  });
  return deps;
}

async function instanceOf(deps: Deps): Promise<CatalogInstance> {
  const app = new Hono<AppEnv>()
    .onError(answerProblem)
    .use(requestScope())
    .use(responseHeaders())
    .use(consistencyToken())
    .route("/", catalog);
  const accessToken = await signAccessToken(deps.instance, {
    userId: crypto.randomUUID(),
    sessionId: crypto.randomUUID(),
    role: "admin",
    region: "main",
    authTime: Math.floor(Date.now() / 1000),
  });
  return {
    deps,
    get: async (path, headers = {}) => app.request(path, { headers }, deps),
    head: async (path) => app.request(path, { method: "HEAD" }, deps),
    write: async (method, path, body, headers = {}) =>
      app.request(
        path,
        {
          method,
          headers: { Authorization: `Bearer ${accessToken}`, "Content-Type": "application/json", ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
        deps,
      ),
  };
}

/** The admin of these tests has a token and no account. */
const ports = { identity: { sessionIsActive: async () => true } } as unknown as Ports<Scope>;

const fixed = {
  HEADROOM_MODE: "embedded",
  LOG_LEVEL: "warn",
  PUBLIC_URL: "http://shop.test",
  RATE_LIMIT_SCALE: "100000",
  EXPOSE_INTERNALS: "true",
  QSTASH_URL: "http://127.0.0.1:1",
  QSTASH_TOKEN: "not-used-by-this-test",
  QSTASH_CURRENT_SIGNING_KEY: "not-used-by-this-test",
  QSTASH_NEXT_SIGNING_KEY: "not-used-by-this-test",
  REFRESH_SECRET: "not-used-by-this-test",
  METRICS_TOKEN: "not-used-by-this-test",
};
