import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { differences } from "../conformance/compare.ts";
import { replay } from "../conformance/replay.ts";
import { type StartedRuntime, startBun } from "../conformance/runtimes.ts";
import { scenarios } from "../conformance/scenarios.ts";
import { callAt } from "../support/client.ts";
import { runOnce } from "../support/make-database.ts";
import { startWorkersApart, type WorkersApart } from "../support/workers-apart.ts";

let together: StartedRuntime;
let apart: WorkersApart;
beforeAll(async () => {
  [together, apart] = await Promise.all([startBun(), startWorkersApart()]);
}, 120_000);
afterAll(() => Promise.all([together?.stop(), apart?.stop()]));

describe("a gateway and the services as Workers that only the bindings of deploy/workers join, each with its own database", () => {
  test.each(scenarios)("$name: they answer the recorded requests as one process does", async (scenario) => {
    const [ones, others] = await Promise.all([replay(together, scenario), replay(apart, scenario)]);
    const found = differences({ runtime: together, answers: ones }, { runtime: apart, answers: others });
    // A gateway has no database to be ready.
    expect(found.filter((difference) => !difference.startsWith("GET /readyz: body"))).toEqual([]);
  });

  test("reserve where inventory is: in its database, and the answer's token covers both", async () => {
    const { token, sku } = await buyerAndSku(apart.url);
    const placed = await place(apart.url, token, sku);
    expect(placed.status).toBe(201);
    const databases = (placed.headers.get("consistency-token") ?? "").split(",").map((part) => part.split(":")[0]);
    expect(databases).toEqual(["orders", "inventory"]);
    const ofOrder = `where order_id = '${placed.body.id}'`;
    const reserved = await runOnce(
      apart.databases.inventory,
      `select sku, quantity from checks.reservations ${ofOrder}`,
    );
    expect(reserved).toEqual([{ sku, quantity: 1 }]);
    expect(await runOnce(apart.databases.orders, "select to_regclass('checks.reservations') as there")).toEqual([
      { there: null },
    ]);
  });

  test("without the bindings to it inventory is away, and the rest answers", async () => {
    const url = await apart.startWithoutInventory();
    const { token, sku } = await buyerAndSku(url);
    const refused = await place(url, token, sku);
    const problem = refused.body.type.split("/").at(-1);
    expect([refused.status, problem, refused.body.service]).toEqual([503, "service-unavailable", "inventory"]);
    expect((await callAt(url, "GET", `/v1/stock/${sku}`)).body.service).toBe("inventory");
    expect((await callAt(url, "GET", "/v1/orders", { token })).status).toBe(200);
  });
});

async function buyerAndSku(url: string) {
  const account = { email: `pair-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
  await callAt(url, "POST", "/v1/users", { body: { ...account, name: "A Buyer" } });
  const session = await callAt(url, "POST", "/v1/sessions", { body: account });
  const list = await callAt(url, "GET", "/v1/products?available=true&limit=1");
  return { token: session.body.accessToken as string, sku: list.body.data[0].variants[0].sku as string };
}

const place = (url: string, token: string, sku: string) =>
  callAt(url, "POST", "/v1/orders", { token, key: randomUUID(), body: { lines: [{ sku, quantity: 1 }] } });
