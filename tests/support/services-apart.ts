import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { migrateAll } from "../../db/migrate.ts";
import { seed } from "../../db/seed.ts";
import { startCloud } from "../../local/cloud.ts";
import { freePort } from "../../local/ports.ts";
import { readConfig } from "../../src/platform/config.ts";
import { noteMailedTokens, noteWebhookDelivery } from "../conformance/runtimes.ts";
import { eventually } from "./client.ts";
import { makeDatabase } from "./make-database.ts";

export const apart = ["identity", "catalog", "inventory", "orders", "payments", "notifications", "analytics"] as const;
export const deployments = ["gateway", ...apart] as const;
export type Deployment = (typeof deployments)[number];

/** A gateway and each service as a process of its own, each service with a database of its own, in a cloud of their own. */
export interface ServicesApart {
  /** Where clients reach them: the gateway. */
  readonly url: string;
  readonly urls: Readonly<Record<Deployment, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** kill -9. */
  readonly kill: (deployment: Deployment) => Promise<void>;
  /** After `kill`. Resolves once it serves. */
  readonly start: (deployment: Deployment) => Promise<void>;
  /** As a release would do it: SIGTERM, and another process in its place. */
  readonly replaceAll: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const root = join(import.meta.dirname, "../..");

export async function startServicesApart(): Promise<ServicesApart> {
  const home = mkdtempSync(join(tmpdir(), "headroom-apart-"));
  const cloud = await startCloud({ home });
  const urls = await addresses();
  const env = await environment(cloud.env, urls);
  await fillShopApart(env);
  const running = new Map<Deployment, Bun.Subprocess>();
  const start = async (name: Deployment) => {
    running.set(name, spawn(name, env, urls[name], join(home, "logs", `${name}.log`)));
    await eventually(() => serves(urls[name]), 30_000);
  };
  const end = async (name: Deployment, signal: "SIGTERM" | "SIGKILL") => {
    const process = running.get(name);
    process?.kill(signal);
    await process?.exited;
  };
  await Promise.all(deployments.map(start));
  return {
    url: urls.gateway,
    urls,
    env,
    kill: (name) => end(name, "SIGKILL"),
    start,
    replaceAll: async () => {
      await Promise.all(deployments.map((name) => end(name, "SIGTERM")));
      await Promise.all(deployments.map(start));
    },
    close: async () => {
      await Promise.all(deployments.map((name) => end(name, "SIGKILL")));
      await cloud.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function addresses(): Promise<Record<Deployment, string>> {
  const entries: [Deployment, string][] = [];
  for (const name of deployments) entries.push([name, `http://127.0.0.1:${await freePort()}`]);
  return Object.fromEntries(entries) as Record<Deployment, string>;
}

/** What all deployments share: secrets, and where each service is. There is no database for all. */
async function environment(
  cloud: Readonly<Record<string, string>>,
  urls: Readonly<Record<Deployment, string>>,
): Promise<Record<string, string>> {
  const places = apart.map((service) => [`${service.toUpperCase()}_URL`, urls[service]]);
  return { ...(await environmentApart(cloud, urls.gateway)), ...Object.fromEntries(places), LOG_LEVEL: "warn" };
}

/** A cloud's settings, with a database for each service in the place of the one for all. */
export async function environmentApart(
  cloud: Readonly<Record<string, string>>,
  publicUrl: string,
): Promise<Record<string, string>> {
  const { DATABASE_URL: _url, DATABASE_REPLICA_URLS: _urls, PRIMARY_ADMIN_URL: _admin, ...shared } = cloud;
  const env: Record<string, string> = { ...shared, PUBLIC_URL: publicUrl, SCRYPT_LN: "4" };
  for (const service of apart) {
    const { DATABASE_URL, DATABASE_REPLICA_URLS } = await makeDatabase(cloud);
    env[`${service.toUpperCase()}_DATABASE_URL`] = DATABASE_URL;
    env[`${service.toUpperCase()}_DATABASE_REPLICA_URLS`] = DATABASE_REPLICA_URLS;
  }
  return env;
}

/** The tables and the sample data of all services. */
export async function fillShopApart(env: Readonly<Record<string, string>>): Promise<void> {
  const config = readConfig({ ...env, SERVICES: apart.join(",") });
  await migrateAll(config);
  await seed(config);
}

/** What the recording finds beside the sample data: a disabled buyer, a shipped order and a webhook's delivery. */
export async function addRecordedRows(env: Readonly<Record<string, string>>): Promise<void> {
  const { IDENTITY_DATABASE_URL = "", NOTIFICATIONS_DATABASE_URL = "", ORDERS_DATABASE_URL = "" } = env;
  const identities = postgres(IDENTITY_DATABASE_URL, { max: 1, onnotice: () => undefined });
  await identities`update identity.users set disabled = true where email = 'buyer20@headroom.local'`;
  const [buyer] = await identities`select id from identity.users where email = 'buyer19@headroom.local'`;
  await noteMailedTokens(identities);
  await identities.end();
  const sales = postgres(ORDERS_DATABASE_URL, { max: 1, onnotice: () => undefined });
  await sales`
    insert into orders.orders (user_id, id, status, body_hash, lines, subtotal, total, currency, history, expires_at)
    values (${buyer?.id}, gen_random_uuid(), 'shipped', '', '[]', 0, 0, 'USD', '[]', now())`;
  await sales.end();
  const hooks = postgres(NOTIFICATIONS_DATABASE_URL, { max: 1, onnotice: () => undefined });
  await noteWebhookDelivery(hooks);
  await hooks.end();
}

/** What one deployment is told: of no database but its own, and only identity of the keys that sign tokens. */
export function settingsOf(name: Deployment, env: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(env).filter(
    ([key]) => !/_DATABASE_(REPLICA_)?URLS?$/.test(key) || key.startsWith(name.toUpperCase()),
  );
  const { TOKEN_SIGNING_KEYS: keys = "" } = env;
  return {
    ...Object.fromEntries(own),
    TOKEN_SIGNING_KEYS: name === "identity" ? keys : publicKeys(keys),
    SERVICES: name === "gateway" ? "none" : name,
  };
}

function spawn(name: Deployment, env: Readonly<Record<string, string>>, url: string, logFile: string) {
  const log = openSync(logFile, "a");
  return Bun.spawn([process.execPath, "--no-env-file", "--no-orphans", "src/bun.ts"], {
    cwd: root,
    env: { ...settingsOf(name, env), PORT: new URL(url).port },
    stdin: "ignore",
    stdout: log,
    stderr: log,
  });
}

function publicKeys(text: string): string {
  const keys = JSON.parse(text) as { kid: string; jwk: Record<string, string> }[];
  return JSON.stringify(keys.map(({ kid, jwk: { d: _, ...jwk } }) => ({ kid, jwk })));
}

function serves(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
