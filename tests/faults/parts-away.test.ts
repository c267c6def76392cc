import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrateAll } from "../../db/migrate.ts";
import { seed } from "../../db/seed.ts";
import { startCloud } from "../../local/cloud.ts";
import { resetHome } from "../../local/reset.ts";
import { app } from "../../src/app.ts";
import { readConfig } from "../../src/platform/config.ts";
import { startRelay } from "../../src/platform/events/relay-loop.ts";
import { subscriptions } from "../../src/subscriptions.ts";
import { callAt, eventually } from "../support/client.ts";
import { openTestDeps } from "../support/shop.ts";

type Part = "redis" | "standby" | "qstash" | "mailbox" | "sandbox";

const home = mkdtempSync(join(tmpdir(), "headroom-parts-"));
let cloud: Awaited<ReturnType<typeof startCloud>>;
let deps: ReturnType<typeof openTestDeps>;
let server: ReturnType<typeof Bun.serve>;
let url = "";
let token = "";
let skus: string[] = [];

beforeAll(async () => {
  cloud = await startCloud({ home });
  server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.fetch(request, deps) });
  url = server.url.href.replace(/\/$/, "");
  const config = readConfig({ ...cloud.env, PUBLIC_URL: url, LOG_LEVEL: "silent", SCRYPT_LN: "4" });
  await migrateAll(config);
  await seed(config);
  deps = openTestDeps(config, (relaying) => startRelay(relaying, subscriptions));
  const credentials = { email: "buyer1@headroom.local", password: "headroom-buyer" };
  token = (await callAt(url, "POST", "/v1/sessions", { body: credentials })).body.accessToken;
  const rows = await deps.databases.of("inventory").primary()
    .sql`select sku from checks.stock where on_hand > 30 limit 50`;
  skus = rows.map((row) => row.sku);
}, 60_000);

afterAll(async () => {
  await server.stop(true);
  await deps.relay.stop();
  await deps.close();
  await cloud.stop();
  resetHome(home);
}, 60_000);

/** What a shop does all day; answers every status that came back. */
async function day(): Promise<number[]> {
  const statuses: number[] = [];
  const ask = async (method: string, path: string, options: Parameters<typeof callAt>[3] = {}) => {
    const answer = await callAt(url, method, path, options);
    statuses.push(answer.status);
    return answer;
  };
  const email = `parts-${randomUUID()}@example.com`;
  const password = `pass-${randomUUID()}`;
  await ask("POST", "/v1/users", { body: { email, password, name: "Parts" } });
  const session = await ask("POST", "/v1/sessions", { body: { email, password } });
  await ask("GET", "/v1/users/me", { token: session.body.accessToken });
  for (const level of ["eventual", "session", "strong"]) {
    const headers = { "Read-Consistency": level };
    const { body } = await ask("GET", "/v1/products?limit=5", { headers });
    await ask("GET", `/v1/products/${body.data[0].id}`, { headers });
    await ask("GET", "/v1/orders?limit=5", { token, headers });
  }
  await ask("GET", "/v1/categories");
  const lines = [{ sku: skus[Math.floor(Math.random() * skus.length)], quantity: 1 }];
  const order = await ask("POST", "/v1/orders", { token, key: randomUUID(), body: { lines } });
  const consistency = order.headers.get("consistency-token") ?? "";
  await ask("GET", `/v1/orders/${order.body.id}`, { token, headers: { "Consistency-Token": consistency } });
  await ask("POST", `/v1/orders/${order.body.id}/payments`, {
    token,
    key: randomUUID(),
    body: { paymentMethod: "pm_ok" },
  });
  return statuses;
}

async function unhandled(): Promise<number> {
  const sql = deps.databases.of("orders").primary().sql;
  const [row] = await sql`
    select count(*)::int as count from checks.outbox o
     where type = 'order.paid' and not exists (select from checks.inbox i where i.event_id = o.event_id and i.consumer = 'inventory.commit')`;
  return row?.count ?? 0;
}

describe("nothing answers 5xx", () => {
  test.each<Part>(["redis", "standby", "qstash", "mailbox", "sandbox"])(
    "while %s is away, nor while it comes back",
    async (part) => {
      expect((await day()).filter((status) => status >= 400)).toEqual([]);
      await cloud.crash(part);
      for (let round = 0; round < 4; round++) expect((await day()).filter((status) => status >= 400)).toEqual([]);
      await cloud.revive(part);
      for (let round = 0; round < 4; round++) expect((await day()).filter((status) => status >= 400)).toEqual([]);
      // What was told meanwhile is heard in the end.
      await eventually(async () => (await unhandled()) === 0, 20_000);
    },
  );

  test("and readiness names a replica that is away, then that it is back", async () => {
    const conditions = async () => (await callAt(url, "GET", "/readyz")).body;
    await eventually(async () => (await conditions()).checks["replica-1"] === "ok", 10_000);
    await cloud.crash("standby");
    await eventually(async () => (await conditions()).checks["replica-1"] === "away", 10_000);
    expect((await conditions()).status).toBe("degraded");
    await cloud.revive("standby");
    await eventually(async () => (await conditions()).status === "ok", 10_000);
  });
});
