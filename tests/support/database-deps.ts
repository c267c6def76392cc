import { coalesced } from "../../src/platform/coalesce.ts";
import { readConfig } from "../../src/platform/config.ts";
import { type Databases, openDatabases } from "../../src/platform/database.ts";
import { type Deps, startInstance } from "../../src/platform/deps.ts";
import { openLog } from "../../src/platform/log.ts";
import type { ReadConsistency, Scope } from "../../src/platform/scope.ts";

/** Deps of an instance of its own that has databases and nothing else; using anything else is an error. */
export function databaseDeps(primary: string, replicas: readonly string[], more: Record<string, string> = {}): Deps {
  const config = readConfig({
    ...environment,
    DATABASE_URL: primary,
    DATABASE_REPLICA_URLS: replicas.join(","),
    ...more,
  });
  const instance = startInstance(config);
  const databases: Databases = openDatabases(config, { primary: 8, replicaLanes: 4, perRequest: false });
  const absent = new Proxy(
    {},
    {
      get: () => {
        throw new Error("This test has databases only.");
      },
    },
  );
  const deps: Deps = {
    config,
    instance,
    databases,
    redis: absent as Deps["redis"],
    queue: absent as Deps["queue"],
    mail: undefined,
    relay: { wake: () => undefined },
    ports: absent as Deps["ports"],
    elsewhere: () => undefined,
    coalesce: (statement, item, signal) => coalesced(instance.lanes, deps, statement, item, signal),
    sharesPromises: true,
    tellsOfLeaving: true,
    background: (work) => void work.catch(() => undefined),
    clientAddress: () => "127.0.0.1",
    addressesOf: async () => [],
    asset: async () => undefined,
  };
  return deps;
}

/** A request's scope that asks for this consistency and brings these tokens. */
export function requestScope(deps: Deps, readConsistency?: ReadConsistency, ...consistencyTokens: string[]): Scope {
  return {
    deps,
    requestId: "test-request",
    traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01`,
    log: openLog(deps.config),
    readConsistency,
    consistencyTokens,
    written: new Map(),
    servedBy: undefined,
  };
}

const environment = {
  HEADROOM_MODE: "embedded",
  LOG_LEVEL: "silent",
  PUBLIC_URL: "http://127.0.0.1:3000",
  UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1",
  UPSTASH_REDIS_REST_TOKEN: "not-used-by-this-test",
  QSTASH_URL: "http://127.0.0.1:1",
  QSTASH_TOKEN: "not-used-by-this-test",
  QSTASH_CURRENT_SIGNING_KEY: "not-used-by-this-test",
  QSTASH_NEXT_SIGNING_KEY: "not-used-by-this-test",
  TOKEN_SIGNING_KEYS: JSON.stringify([{ kid: "test", jwk: { crv: "Ed25519", d: "not-used" } }]),
  REFRESH_SECRET: "not-used-by-this-test",
  METRICS_TOKEN: "not-used-by-this-test",
};
