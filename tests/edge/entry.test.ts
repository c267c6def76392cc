import { expect, spyOn, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { app } from "../../src/app.ts";
import { eventually, newProduct, newUser } from "../support/client.ts";
import { openShop, openTestDeps } from "../support/shop.ts";

interface Entry {
  readonly fetch: (request: Request, env: object, ctx: object) => Promise<Response>;
  readonly scheduled: (controller: { scheduledTime: number }, env: object, ctx: object) => Promise<void>;
}

/** The Worker's entry, here on Bun. Typed for another runtime (tsconfig.edge.json), hence not by name. */
async function entry(): Promise<Entry> {
  const file: string = "../../src/worker.ts";
  return (await import(file)).default;
}

const ctx = { waitUntil: (work: Promise<unknown>) => void work.catch(() => undefined) };

test("without its bindings each request is answered 500, and the log names all that is missing", async () => {
  const lines: string[] = [];
  const log = spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  const answer = await (await entry()).fetch(
    new Request("https://shop.example/v1/products"),
    { HEADROOM_MODE: "embedded" },
    ctx,
  );
  log.mockRestore();
  expect(answer.status).toBe(500);
  expect(await answer.json()).toMatchObject({
    type: "https://shop.example/problems/internal",
    instance: "/v1/products",
  });
  const { issues, requestId } = JSON.parse(lines[0] ?? "");
  expect(requestId).toBeString();
  for (const name of ["PRIMARY (Hyperdrive)", "PUBLIC_URL", "QSTASH_TOKEN", "TOKEN_SIGNING_KEYS"])
    expect(issues).toContain(`${name}: is missing`);
});

test("an order that nobody pays expires by the cron trigger", async () => {
  const { env, config, sql } = await openShop();
  const [sku] = await newProduct(1);
  const { token } = await newUser();
  const hurried = openTestDeps({ ...config, ORDER_TTL_SECONDS: 1 });
  const headers = {
    "Content-Type": "application/json",
    Authorization: `Bearer ${token}`,
    "Idempotency-Key": randomUUID(),
  };
  const body = JSON.stringify({ lines: [{ sku, quantity: 1 }] });
  const placed = await app.request("/v1/orders", { method: "POST", headers, body }, hurried);
  expect(placed.status).toBe(201);
  const { id } = (await placed.json()) as { id: string };
  await hurried.close();
  const bindings = { ...env, PRIMARY: { connectionString: env.DATABASE_URL } };
  const expired = await eventually(async () => {
    await (await entry()).scheduled({ scheduledTime: Date.now() }, bindings, ctx);
    const [row] = await sql`select status from checks.orders where id = ${id}`;
    return row?.status === "expired" && row;
  });
  expect(expired).toEqual({ status: "expired" });
});
