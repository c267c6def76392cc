import { existsSync } from "node:fs";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import type { Service } from "../src/contracts/services.ts";
import type { Config } from "../src/platform/config.ts";
import { configOrExit } from "../src/platform/config-or-exit.ts";
import { makeFirstAdmin } from "./seed/identity.ts";

/** Any number; all instances that migrate one database take the same advisory lock. */
const lock = 0x4ead_2003;

const saidOfAdmin = {
  made: "The first admin is made.",
  there: "There is an admin.",
  lacking: "There is no admin yet: to make the first, set ADMIN_EMAIL and ADMIN_PASSWORD and run this again.",
} as const;

/**
 * Brings the schema of every mounted service up to date, each with its own journal, in the database that it uses. Safe from
 * many instances at once: an advisory lock lets one at a time through, the rest find nothing left to do.
 */
export async function migrateAll(config: Config): Promise<void> {
  const byUrl = Map.groupBy(config.SERVICES, (service) => config.DATABASES[service].url);
  for (const [url, residents] of byUrl) await migrateDatabase(url, residents);
}

async function migrateDatabase(url: string, residents: readonly Service[]): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, connect_timeout: 10 });
  try {
    // A migration may take as long as it needs, unlike a request.
    await sql`set statement_timeout = 0`;
    await sql`set transaction_timeout = 0`;
    await sql`select pg_advisory_lock(${lock})`;
    await configureRole(sql);
    const orm = drizzle(sql);
    for (const name of ["events", ...residents]) {
      const migrationsFolder = join(import.meta.dirname, "migrations", name);
      if (!existsSync(join(migrationsFolder, "meta/_journal.json"))) continue;
      await migrate(orm, { migrationsFolder, migrationsSchema: "migrations", migrationsTable: name });
    }
  } finally {
    await sql.end();
  }
}

/**
 * Settings live on the role, since poolers refuse start-up parameters. No transaction outlives 5 s: that is well under
 * half of the smallest RESERVATION_GRACE_SECONDS, so that no order can appear after its reservation was swept.
 */
async function configureRole(sql: postgres.Sql): Promise<void> {
  for (const [name, value] of [
    ["statement_timeout", "5s"],
    ["transaction_timeout", "5s"],
    ["idle_in_transaction_session_timeout", "5s"],
    ["lock_timeout", "4s"],
    ["plan_cache_mode", "force_generic_plan"],
    ["random_page_cost", "1.1"],
    // A plan made while a table was small must not read it in full once it has grown: it is kept until the next analyze.
    ["enable_seqscan", "off"],
    ["jit", "off"],
    ["timezone", "UTC"],
  ])
    await sql.unsafe(`alter role current_user set ${name} = '${value}'`);
}

async function firstAdmin(config: Config, env: Readonly<Record<string, string | undefined>>) {
  const sql = postgres(config.DATABASES.identity.url, { max: 1, onnotice: () => undefined });
  try {
    return await makeFirstAdmin(sql, env);
  } finally {
    await sql.end();
  }
}

if (import.meta.main) {
  // biome-ignore lint/style/noProcessEnv: an entry reads the environment once.
  const env = process.env;
  const config = configOrExit(env);
  await migrateAll(config);
  console.log("The database is up to date.");
  // The embedded cloud's accounts come with its sample data.
  if (config.HEADROOM_MODE === "production" && config.SERVICES.has("identity"))
    console.log(saidOfAdmin[await firstAdmin(config, env)]);
}
