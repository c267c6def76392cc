import postgres from "postgres";
import { migrateAll } from "../../db/migrate.ts";
import { seed } from "../../db/seed.ts";
import type { Cloud } from "../../local/cloud.ts";
import { freePort } from "../../local/ports.ts";
import { type Config, readConfig } from "../../src/platform/config.ts";
import { startCountingProxy } from "../support/counting-proxy.ts";
import { makeDatabase } from "../support/make-database.ts";

/** What is to be closed at the end, last first. */
export type Closers = (() => unknown)[];

/** A filled shop, reached by a way to its primary that can be cut. */
export interface TroubledShop {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly config: Config;
  readonly losePrimary: () => void;
}

export async function openTroubledShop(cloud: Cloud["env"], closers: Closers): Promise<TroubledShop> {
  const databases = await makeDatabase(cloud);
  const url = `http://127.0.0.1:${await freePort()}`;
  const settings = { PORT: new URL(url).port, PUBLIC_URL: url, LOG_LEVEL: "error", SCRYPT_LN: "4" };
  const env = { ...cloud, ...databases, ...settings, RATE_LIMIT_SCALE: "1" };
  const config = readConfig(env);
  await migrateAll(config);
  await seed(config);
  closers.push(await makeTrouble(databases.PRIMARY_ADMIN_URL));
  const primary = new URL(databases.DATABASE_URL);
  const proxy = await startCountingProxy({ host: primary.hostname, port: Number(primary.port) });
  closers.push(proxy.stop);
  primary.port = String(proxy.port);
  return { url, env: { ...env, DATABASE_URL: primary.href }, config, losePrimary: proxy.stop };
}

/** Takes the categories away and holds a lock on a buyer, who may log in beside it. Answers how to let go. */
async function makeTrouble(adminUrl: string): Promise<() => Promise<void>> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  await sql.unsafe("alter table catalog.categories rename to categories_gone");
  await sql.unsafe("begin; select from identity.users where email = 'buyer5@headroom.local' for share");
  return () => sql.end({ timeout: 1 });
}
