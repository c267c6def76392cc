import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { differences } from "../conformance/compare.ts";
import { orders } from "../conformance/recorded/orders.ts";
import { replay } from "../conformance/replay.ts";
import { type StartedRuntime, startBun } from "../conformance/runtimes.ts";
import { callAt } from "../support/client.ts";
import { runOnce } from "../support/make-database.ts";
import { startWorkerdPair, type WorkerdPair } from "../support/workerd-pair.ts";

let together: StartedRuntime;
let pair: WorkerdPair;
beforeAll(async () => {
  [together, pair] = await Promise.all([startBun(), startWorkerdPair()]);
}, 120_000);
afterAll(() => Promise.all([together?.stop(), pair?.stop()]));

describe("orders and inventory as two Workers that only a binding joins, each with its own database", () => {
  test.each(orders)("$name: they answer the recorded requests as one process does", async (scenario) => {
    const [ones, others] = await Promise.all([replay(together, scenario), replay(pair, scenario)]);
    expect(differences({ runtime: together, answers: ones }, { runtime: pair, answers: others })).toEqual([]);
  });

  test("reserve where inventory is: in its database, and the answer's token covers both", async () => {
    const { token, sku } = await buyerAndSku(pair.url);
    const placed = await place(pair.url, token, sku);
    expect(placed.status).toBe(201);
    const databases = (placed.headers.get("consistency-token") ?? "").split(",").map((part) => part.split(":")[0]);
    expect(databases).toEqual(["main", "inventory"]);
    const ofOrder = `where order_id = '${placed.body.id}'`;
    const reserved = await runOnce(
      pair.databases.inventory,
      `select sku, quantity from checks.reservations ${ofOrder}`,
    );
    expect(reserved).toEqual([{ sku, quantity: 1 }]);
    expect(await runOnce(pair.databases.orders, "select to_regclass('checks.reservations') as there")).toEqual([
      { there: null },
    ]);
  });

  test("without the binding inventory is away, and the rest answers", async () => {
    const url = await pair.startUnbound();
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
