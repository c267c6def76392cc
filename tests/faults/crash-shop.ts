import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { migrateAll } from "../../db/migrate.ts";
import { seed } from "../../db/seed.ts";
import { startCloud } from "../../local/cloud.ts";
import { jobs } from "../../src/jobs.ts";
import { type Config, readConfig } from "../../src/platform/config.ts";
import { runJob } from "../../src/platform/jobs.ts";
import { type KillableServer, startKillableServer } from "../support/killable-server.ts";
import { openTestDeps } from "../support/shop.ts";

/** A shop of a test's own, whose server is a process that can be killed. */
export interface CrashShop {
  readonly config: Config;
  readonly server: KillableServer;
  readonly sql: postgres.Sql;
  readonly close: () => Promise<void>;
}

export const graceSeconds = 12;
const jobsEveryMs = 1_000;
const clockedJobs = ["sweep-reservations", "expire-orders", "reconcile-payments"];

/**
 * A whole cloud in a home of its own, migrated and seeded, with `entry` serving it. The jobs run every second, of which
 * the clock makes a minute.
 */
export async function openCrashShop(entry: string): Promise<CrashShop> {
  const home = mkdtempSync(join(tmpdir(), "headroom-crash-"));
  const cloud = await startCloud({ home });
  const env = { ...cloud.env, RESERVATION_GRACE_SECONDS: String(graceSeconds), LOG_LEVEL: "warn", SCRYPT_LN: "4" };
  const config = readConfig({ ...env, PUBLIC_URL: "http://127.0.0.1" });
  await migrateAll(config);
  await seed(config);
  const server = await startKillableServer(entry, env, join(home, "logs", "server.log"));
  const sql = postgres(config.DATABASE_URL, { max: 4, onnotice: () => undefined });
  const stopJobs = runJobs(config);
  const close = async () => {
    await server.close();
    await stopJobs();
    await sql.end({ timeout: 1 });
    await cloud.stop();
    rmSync(home, { recursive: true, force: true });
  };
  return { config, server, sql, close };
}

/** On an instance of their own, which lives on while the server dies. */
function runJobs(config: Config): () => Promise<void> {
  const deps = openTestDeps({ ...config, LOG_LEVEL: "silent" });
  let stopped = false;
  const running = (async () => {
    for (; !stopped; await Bun.sleep(jobsEveryMs))
      for (const [name, job] of Object.entries(jobs)) if (clockedJobs.includes(name)) await runJob(deps, name, job);
  })();
  return async () => {
    stopped = true;
    await running;
    await deps.close();
  };
}
