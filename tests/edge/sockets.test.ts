import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { callAt, eventually, newProduct, pool } from "../support/client.ts";
import { type Edge, startEdge } from "../support/edge.ts";
import { startTurnstile, type Turnstile } from "../support/turnstile.ts";

const socketsMax = 2;

/** All that reaches the Worker passes it: our requests and the queue's deliveries. */
let turnstile: Turnstile;
let edge: Edge;
beforeAll(async () => {
  turnstile = startTurnstile({
    upstream: () => edge.url,
    opened: () => edge.connections(),
    open: () => edge.openConnections(),
  });
  edge = await startEdge({ publicUrl: turnstile.url });
}, 60_000);
afterAll(async () => {
  await edge.stop();
  turnstile.stop();
});

async function newBuyer(): Promise<string> {
  const account = { email: `sockets-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
  await callAt(turnstile.url, "POST", "/v1/users", { body: { ...account, name: "Edge Buyer" } });
  return (await callAt(turnstile.url, "POST", "/v1/sessions", { body: account })).body.accessToken;
}

/** Several kinds of requests, in turn. */
async function mixedRequests(count: number) {
  const [sku] = await newProduct(1_000);
  const token = await newBuyer();
  const { body } = await callAt(turnstile.url, "GET", "/v1/products?limit=1");
  const at = (method: string, path: string, options = {}) => callAt(turnstile.url, method, path, { token, ...options });
  const order = () => at("POST", "/v1/orders", { key: randomUUID(), body: { lines: [{ sku, quantity: 1 }] } });
  const kinds = [
    () => at("GET", `/v1/products/${body.data[0].id}`),
    () => at("GET", "/v1/orders"),
    order,
    () => at("GET", "/v1/products?limit=5"),
    () => at("GET", "/v1/users/me", { headers: { "Read-Consistency": "strong" } }),
  ];
  return Array.from({ length: count }, (_, index) => kinds[index % kinds.length] ?? order);
}

/** Until all that came by is answered and its sockets are closed. */
async function untilAtRest(): Promise<void> {
  await eventually(async () => edge.openConnections() === 0 && turnstile.underWay() === 0);
}

function statusesOf(answers: readonly { readonly status: number }[]): number[] {
  return [...new Set(answers.map(({ status }) => status))].sort();
}

test("200 requests one after another: at most two database sockets each, its own, and none is left", async () => {
  const requests = await mixedRequests(200);
  await untilAtRest();
  turnstile.oneAtATime(true);
  const answers = await pool(requests, 1);
  turnstile.oneAtATime(false);
  expect(statusesOf(answers)).toEqual([200, 201]);
  const turns = turnstile.turns();
  expect(turns.length).toBeGreaterThanOrEqual(200);
  // Each turn began with no socket open, so what it used it had opened itself.
  expect(turns.filter(({ leftOpen }) => leftOpen > 0)).toEqual([]);
  expect(turns.filter(({ opened }) => opened > socketsMax)).toEqual([]);
  // A stale hit is answered at once too, but asks the database behind the answer.
  const cached = turns.filter(({ cacheStatus }) => cacheStatus?.endsWith("detail=instance"));
  expect(cached.length).toBeGreaterThan(20);
  expect(cached.filter(({ opened }) => opened > 0)).toEqual([]);
}, 60_000);

// Together they can only be counted in sum; that none opens a third is what those one after another prove.
test("50 requests at once, and once more: no more than two database sockets for each, and none is left", async () => {
  const requests = await mixedRequests(50);
  for (const round of ["cold", "warm"]) {
    const before = { passed: turnstile.passed(), opened: edge.connections() };
    const answers = await pool(requests, 50);
    expect(statusesOf(answers), round).toEqual([200, 201]);
    await untilAtRest();
    const opened = edge.connections() - before.opened;
    expect(opened).toBeGreaterThan(0);
    expect(opened).toBeLessThanOrEqual(socketsMax * (turnstile.passed() - before.passed));
  }
}, 60_000);
