import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { migrateAll } from "../../db/migrate.ts";
import { seed } from "../../db/seed.ts";
import { type Cloud, startCloud } from "../../local/cloud.ts";
import { freePort } from "../../local/ports.ts";
import { type Program, startProgram } from "../../local/program.ts";
import { untilServing } from "../../local/until-serving.ts";
import { readConfig } from "../../src/platform/config.ts";
import { sha256 } from "../../src/platform/hash.ts";
import type { Runtime } from "./exchange.ts";
import { givenEndpointId } from "./recorded/webhooks.ts";

/** A runtime with a cloud, a shop and a PUBLIC_URL of its own, so that nobody else handles its events. */
export interface StartedRuntime extends Runtime {
  readonly stop: () => Promise<void>;
}

/** One that was started here, with what a monitor presents to it. */
export interface MonitoredRuntime extends StartedRuntime {
  readonly metricsToken: string;
}

/** The server as `npm start` runs it. */
export function startBun(): Promise<MonitoredRuntime> {
  return start("Bun", "src/bun.ts");
}

/** The Worker in workerd, by the bytes that the dry run of Wrangler writes. */
export function startWorkerd(): Promise<MonitoredRuntime> {
  return start("workerd", "local/edge/main.ts");
}

async function start(name: string, entry: string): Promise<MonitoredRuntime> {
  const home = mkdtempSync(join(tmpdir(), "headroom-conformance-"));
  const cloud = await startCloud({ home });
  try {
    return await serve(name, entry, cloud, home);
  } catch (error) {
    await cloud.stop();
    throw error;
  }
}

async function serve(name: string, entry: string, cloud: Cloud, home: string): Promise<MonitoredRuntime> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env: Record<string, string> = {
    ...cloud.env,
    PORT: String(port),
    PUBLIC_URL: url,
    LOG_LEVEL: "error",
    SCRYPT_LN: "4",
  };
  await fillShop(env);
  const place = join(home, "runtime");
  mkdirSync(join(place, "logs"), { recursive: true });
  const program = startProgram("runtime", ["--no-orphans", entry], { ...env, HEADROOM_HOME: place }, place);
  await Promise.race([program.failed, untilServing(port)]);
  const { SANDBOX_WEBHOOK_SECRET: webhookSecret = "", QSTASH_CURRENT_SIGNING_KEY: queueSigningKey = "" } = env;
  const { METRICS_TOKEN: metricsToken = "" } = env;
  return {
    name,
    metricsToken,
    url,
    publicUrl: url,
    instances: 1,
    redisSharedWith: [],
    webhookSecret,
    queueSigningKey,
    stop: () => stop(program, cloud, home),
  };
}

/** The sample data, with a disabled buyer, mailed tokens, a shipped order and a webhook's delivery: no routes make these. */
export async function fillShop(env: Readonly<Record<string, string>>): Promise<void> {
  const config = readConfig(env);
  await migrateAll(config);
  await seed(config);
  const sql = postgres(config.DATABASE_URL, { max: 1, onnotice: () => undefined });
  await sql`update identity.users set disabled = true where email = 'buyer20@headroom.local'`;
  await sql`
    insert into orders.orders (user_id, id, status, body_hash, lines, subtotal, total, currency, history, expires_at)
    select id, gen_random_uuid(), 'shipped', '', '[]', 0, 0, 'USD', '[]', now()
      from identity.users where email = 'buyer19@headroom.local'`;
  await noteMailedTokens(sql);
  await noteWebhookDelivery(sql);
  await sql.end();
}

/** Tokens as mails would carry them, of a buyer who asked for both. */
export async function noteMailedTokens(sql: postgres.Sql): Promise<void> {
  for (const purpose of ["reset", "verification"])
    await sql`
      insert into identity.mailed_tokens (id, user_id, purpose, token_hash, expires_at)
      select gen_random_uuid(), id, ${purpose}, ${sha256(`conformance-${purpose}`)}, now() + interval '1 hour'
        from identity.users where email = 'buyer18@headroom.local'`;
}

/** One that was given up, of an endpoint that the recording knows by its id. */
export async function noteWebhookDelivery(sql: postgres.Sql): Promise<void> {
  const attempts = JSON.stringify([{ at: "2026-11-24T10:00:00.125Z", status: 503, ms: 12, error: "status 503" }]);
  await sql`
    insert into notifications.webhook_endpoints (id, url, events, secret_id)
    values (${givenEndpointId}, 'https://given.example/hook', '["order.paid"]', gen_random_uuid())`;
  await sql`
    insert into notifications.webhook_deliveries (endpoint_id, event_id, type, payload, attempts)
    select ${givenEndpointId}, uuidv7(), type, '{}', ${attempts}::text::jsonb
      from unnest('{order.placed,order.paid}'::text[]) as t(type)`;
}

async function stop(program: Program, cloud: Cloud, home: string): Promise<void> {
  await program.stop(10_000);
  await cloud.stop();
  rmSync(home, { recursive: true, force: true });
}
