import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker } from "../../local/edge/bundle.ts";
import { workerdCommand } from "../../local/edge/workerd-command.ts";
import { freePort } from "../../local/ports.ts";
import { untilServing } from "../../local/until-serving.ts";
import { app } from "../../src/app.ts";
import { newProduct, newUser } from "../support/client.ts";
import { openShop, openTestDeps } from "../support/shop.ts";

/** As Cloudflare calls the Worker each minute: here whenever it is asked to. */
const clock = `
export default {
  async fetch(request, { HEADROOM }) {
    if (new URL(request.url).pathname !== "/tick") return HEADROOM.fetch(request);
    return Response.json(await HEADROOM.scheduled({ scheduledTime: new Date(), cron: "* * * * *" }));
  },
};`;

const folder = mkdtempSync(join(tmpdir(), "headroom-clock-"));
let workerd: Bun.Subprocess | undefined;
let url = "";

beforeAll(async () => {
  const { env } = await openShop();
  await bundleWorker(folder);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const workers = [
    {
      name: "clock",
      env: {},
      services: { HEADROOM: "headroom" },
      modules: ["clock.js"],
      compatibilityFlags: ["service_binding_extra_handlers"],
    },
    { name: "headroom", env },
  ];
  writeFileSync(join(folder, "clock.js"), clock);
  // Experimental is that one Worker may be another's clock.
  workerd = Bun.spawn([...workerdCommand(folder, port, workers), "--experimental"], { stdin: "ignore" });
  await untilServing(port);
}, 60_000);
afterAll(async () => {
  workerd?.kill("SIGTERM");
  await workerd?.exited;
  rmSync(folder, { recursive: true, force: true });
});

/** Places an order that may be paid for a second only. */
async function hurriedOrder(): Promise<string> {
  const { config } = await openShop();
  const [sku] = await newProduct(1);
  const { token } = await newUser();
  const deps = openTestDeps({ ...config, ORDER_TTL_SECONDS: 1 });
  const headers = {
    "Content-Type": "application/json",
    Authorization: `Bearer ${token}`,
    "Idempotency-Key": randomUUID(),
  };
  const body = JSON.stringify({ lines: [{ sku, quantity: 1 }] });
  const placed = await app.request("/v1/orders", { method: "POST", headers, body }, deps);
  expect(placed.status).toBe(201);
  await deps.close();
  return ((await placed.json()) as { id: string }).id;
}

test("in workerd an order that nobody pays expires by the cron trigger, and by nothing else", async () => {
  const { sql } = await openShop();
  const id = await hurriedOrder();
  const status = async () => (await sql`select status from checks.orders where id = ${id}`)[0]?.status;
  await Bun.sleep(2_000);
  expect(await status()).toBe("pending");
  const ticked = await fetch(`${url}/tick`, { signal: AbortSignal.timeout(20_000) });
  expect(await ticked.json()).toMatchObject({ outcome: "ok" });
  expect(await status()).toBe("expired");
});
