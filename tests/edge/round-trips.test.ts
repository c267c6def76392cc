import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type RoundTripProxy, startRoundTripProxy } from "../../benchmarks/measure/round-trips.ts";
import { callAt, newProduct } from "../support/client.ts";
import { type Edge, startEdge } from "../support/edge.ts";
import { openShop } from "../support/shop.ts";

let proxy: RoundTripProxy;
let edge: Edge;
beforeAll(async () => {
  const { env } = await openShop();
  const url = new URL(env.DATABASE_URL ?? "");
  proxy = await startRoundTripProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  edge = await startEdge({ databaseUrl: url.href });
}, 60_000);
afterAll(async () => {
  await edge.stop();
  proxy.stop();
});

async function newBuyer(): Promise<string> {
  const account = { email: `trips-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
  await callAt(edge.url, "POST", "/v1/users", { body: { ...account, name: "Edge Buyer" } });
  return (await callAt(edge.url, "POST", "/v1/sessions", { body: account })).body.accessToken;
}

test("an order waits for the database four times to connect and once for each of its three statements", async () => {
  const [sku] = await newProduct(10);
  const token = await newBuyer();
  const place = () =>
    callAt(edge.url, "POST", "/v1/orders", { token, key: randomUUID(), body: { lines: [{ sku, quantity: 1 }] } });
  expect((await place()).status).toBe(201);
  // What the relay and its deliveries still do, and the age at which a price is looked up again.
  await Bun.sleep(2_000);
  proxy.forget();
  expect((await place()).status).toBe(201);
  expect(proxy.counted()).toEqual({ connections: 1, connecting: 4, statements: 3 });
});
