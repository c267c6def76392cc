import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { migrateAll } from "../../db/migrate.ts";
import { seed } from "../../db/seed.ts";
import { type Cloud, startCloud } from "../../local/cloud.ts";
import { app } from "../../src/app.ts";
import { type Config, readConfig } from "../../src/platform/config.ts";
import { startInstance } from "../../src/platform/deps.ts";
import type { RelayDeps } from "../../src/platform/events/relay.ts";
import { startRelay } from "../../src/platform/events/relay-loop.ts";
import { type OpenedDeps, openDeps } from "../../src/platform/open-deps.ts";
import { ports } from "../../src/ports.ts";
import { subscriptions } from "../../src/subscriptions.ts";
import { testRuntime } from "./test-runtime.ts";

type TestRelay = ReturnType<typeof startRelay>;

/** A whole shop for tests: the embedded cloud in a home of its own, and the app serving on loopback. */
export interface Shop {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly config: Config;
  readonly deps: OpenedDeps<TestRelay>;
  readonly sql: postgres.Sql;
}

let opened: Promise<Shop & { readonly close: () => Promise<void> }> | undefined;

/** The shop of this test run: started when the first test asks, shared by all, so every test brings data of its own. */
export function openShop(): Promise<Shop> {
  opened ??= start();
  return opened;
}

export async function closeShop(): Promise<void> {
  await (await opened)?.close();
}

async function start() {
  const home = mkdtempSync(join(tmpdir(), "headroom-test-"));
  const cloud = await startCloud({ home });
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.fetch(request, deps) });
  const url = server.url.href.replace(/\/$/, "");
  const env = { ...cloud.env, PORT: String(server.port), PUBLIC_URL: url, LOG_LEVEL: "silent", SCRYPT_LN: "4" };
  const config = readConfig(env);
  await migrateAll(config);
  await seed(config);
  const deps = openTestDeps(config, (relaying) => startRelay(relaying, subscriptions));
  const sql = postgres(config.DATABASE_URL, { max: 4, onnotice: () => undefined });
  return { url, env, config, deps, sql, close: () => close(cloud, home, server, deps, sql) };
}

/** An instance that leaves the relaying to the shop's own. */
const noRelay: TestRelay = { wake: () => undefined, stop: async () => undefined };

/** Deps of one more instance of the shop, with settings of its own where given. */
export function openTestDeps(config: Config, openRelay: (deps: RelayDeps) => TestRelay = () => noRelay) {
  const instance = startInstance(config);
  return openDeps(instance, ports, {
    ...testRuntime(instance),
    openRelay,
  });
}

async function close(
  cloud: Cloud,
  home: string,
  server: { stop: (now: boolean) => Promise<void> },
  deps: OpenedDeps<TestRelay>,
  sql: postgres.Sql,
): Promise<void> {
  await server.stop(true);
  await deps.relay.stop();
  await deps.close();
  await sql.end({ timeout: 1 });
  await cloud.stop();
  rmSync(home, { recursive: true, force: true });
}
