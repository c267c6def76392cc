import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { migrateAll } from "../../db/migrate.ts";
import { seed } from "../../db/seed.ts";
import { startCloud } from "../../local/cloud.ts";
import type { Faults } from "../../local/cloud-faults.ts";
import { freePort } from "../../local/ports.ts";
import { readConfig } from "../../src/platform/config.ts";

/** An embedded cloud in a home of its own, migrated and seeded, for servers to be started on. */
export interface Shop extends Faults {
  readonly home: string;
  /** Of a server. PORT and PUBLIC_URL, which is part of the tokens, are where clients reach it, or its balancer. */
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly url: string;
  /** As the application's role. */
  readonly sql: postgres.Sql;
  /** As the database's administrator. */
  readonly admin: postgres.Sql;
  readonly close: () => Promise<void>;
}

/**
 * What a measurement needs: tokens, orders and reservations that outlive it, so that no sweep of one round's orders falls
 * into another round, accounts that are cheap to log in to, and quotas that are counted but never reached: they are set
 * for people.
 */
const settings = {
  LOG_LEVEL: "info",
  SCRYPT_LN: "4",
  RATE_LIMIT_SCALE: "1000000",
  ACCESS_TOKEN_TTL_SECONDS: "86400",
  ORDER_TTL_SECONDS: "86400",
  RESERVATION_GRACE_SECONDS: "86400",
};

export async function openShop(say: (line: string) => void): Promise<Shop> {
  const home = mkdtempSync(join(tmpdir(), "headroom-lab-"));
  const cloud = await startCloud({ home, log: (line) => say(`  ${line}`) });
  const close = async () => {
    await cloud.stop();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = { ...cloud.env, ...settings, PORT: String(port), PUBLIC_URL: url };
    const config = readConfig(env);
    await migrateAll(config);
    await seed(config);
    const connect = (to: string) => postgres(to, { max: 2, onnotice: () => undefined });
    const sql = connect(config.DATABASE_URL);
    const admin = connect(cloud.env.PRIMARY_ADMIN_URL ?? "");
    const closeAll = async () => {
      await Promise.all([sql.end({ timeout: 1 }), admin.end({ timeout: 1 })]);
      await close();
    };
    const { crash, revive } = cloud;
    return { home, env, port, url, sql, admin, crash, revive, close: closeAll };
  } catch (error) {
    await close();
    throw error;
  }
}
