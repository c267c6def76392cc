import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { derivedId } from "../../src/platform/hash.ts";
import { callAt, eventually, newProduct, pool } from "../support/client.ts";
import { type Edge, startEdge } from "../support/edge.ts";
import { seeded } from "../support/seeded.ts";
import { openShop } from "../support/shop.ts";

const orders = 500;
const atOnce = 16;
const seed = 5;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge();
}, 60_000);
afterAll(() => edge.stop());

// The client leaves within so many milliseconds: about twice what an order takes beside others.
describe.each([
  ["Bun", 60, async () => (await openShop()).url],
  ["workerd", 300, async () => edge.url],
])("a client of %s that goes away amid its order", (_runtime, cutWithinMs, serverUrl) => {
  test(`leaves an order or nothing, ${orders} times`, async () => {
    const url = await serverUrl();
    const [sku = ""] = await newProduct(2 * orders);
    const { userId, token } = await newBuyer(url);
    const random = seeded(seed);
    const keys = Array.from({ length: orders }, () => randomUUID());
    const cuts = keys.map((key) => ({
      key,
      delayMs: random() * cutWithinMs,
      sentShare: random() < 0.9 ? 1 : random(),
    }));
    const answered = await pool(
      cuts.map((cut) => () => sendAndLeave(url, orderRequest(token, cut.key, sku), cut)),
      atOnce,
    );
    const ids = keys.map((key) => derivedId("order", userId, key));
    const { placed, reserved } = await eventually(() => settled(ids), 20_000);
    // Long before the grace ends and a sweep would mend it: what was begun is finished.
    expect(reserved).toEqual(placed);
    const left = answered.filter((answer) => !answer).length;
    // Both ends of an order are cut: some came to nothing, most of those whose client had left were written.
    expect(left).toBeGreaterThan(orders / 10);
    expect(placed.length).toBeGreaterThan(answered.length - left);
    expect(placed.length).toBeLessThan(orders);
    for (const [index, wasAnswered] of answered.entries()) if (wasAnswered) expect(placed).toContain(ids[index] ?? "");
  }, 60_000);
});

async function newBuyer(url: string) {
  const account = { email: `gone-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
  const { body: user } = await callAt(url, "POST", "/v1/users", { body: { ...account, name: "Hasty Buyer" } });
  const { body: session } = await callAt(url, "POST", "/v1/sessions", { body: account });
  return { userId: user.id as string, token: session.accessToken as string };
}

function orderRequest(token: string, key: string, sku: string): string {
  const body = JSON.stringify({ lines: [{ sku, quantity: 1 }] });
  const head = `POST /v1/orders HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: ${key}\r\n`;
  return `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Sends a share of the request and leaves after a while, whatever has come by then. True where 201 had. */
async function sendAndLeave(
  url: string,
  request: string,
  { delayMs, sentShare }: { readonly delayMs: number; readonly sentShare: number },
): Promise<boolean> {
  const { hostname, port } = new URL(url);
  let answer = "";
  const socket = connect(Number(port), hostname);
  socket.on("data", (chunk) => {
    answer += chunk.toString("latin1");
  });
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.on("connect", resolve));
  socket.write(request.slice(0, Math.floor(request.length * sentShare)));
  await Bun.sleep(delayMs);
  socket.destroy();
  return answer.startsWith("HTTP/1.1 201");
}

/** What is there of these orders, once nothing has changed for a second. */
async function settled(ids: readonly string[]) {
  const before = await whatIsThere(ids);
  await Bun.sleep(1_000);
  const after = await whatIsThere(ids);
  return JSON.stringify(before) === JSON.stringify(after) && after;
}

async function whatIsThere(ids: readonly string[]) {
  const { sql } = await openShop();
  const placed = await sql<
    { id: string }[]
  >`select id from checks.orders where id = any(${[...ids]}::uuid[]) order by id`;
  const reserved = await sql<{ id: string }[]>`
    select distinct order_id as id from checks.reservations where order_id = any(${[...ids]}::uuid[]) order by id`;
  return { placed: placed.map(({ id }) => id), reserved: reserved.map(({ id }) => id) };
}
