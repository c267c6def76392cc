import { randomUUID } from "node:crypto";
import type { Shop } from "../loadtests/lab/shop.ts";
import type { Result } from "../loadtests/results.ts";
import { freePort } from "../local/ports.ts";
import { atMost, type Bench, below, type Outcome, reported } from "./comparison.ts";
import { distrustOf, type HttpLoad, runHttpLoad } from "./load/http-load.ts";
import { cpuSeconds, usedBetween } from "./measure/cpu.ts";
import { type RoundTripProxy, startRoundTripProxy } from "./measure/round-trips.ts";
import { median } from "./measure/rounds.ts";
import { logInBuyers } from "./shop/buyers.ts";
import { goods, stockGoods } from "./shop/goods.ts";
import { jsonRequest } from "./shop/json-request.ts";
import { orderBodies, orderHeads } from "./shop/order-requests.ts";
import { type BuiltWorker, buildWorker } from "./shop/workerd.ts";

const goals = { detailMs: 1, orderMs: 4, logInMs: 300, coldStartMs: 150, bundleKb: 300, roundTrips: 8 };
/** The strength that the contract asks of passwords in production. */
const contractStrength = { SCRYPT_LN: "14" };
const connections = 4;
/** Long enough for the engine to have compiled what is hot. */
const warmUpSeconds = 8;
const coldStartsMax = 5;
const logIns = 10;
const ordersCounted = 50;

/** What the Worker costs in workerd: CPU a request, start, bundle, and round trips to the database an order. */
export async function edge({ shop: open, seconds, rounds, say }: Bench): Promise<Outcome> {
  const shop = await open();
  await stockGoods(shop);
  const url = new URL(shop.env.DATABASE_URL ?? "");
  const proxy = await startRoundTripProxy({ host: url.hostname, port: Number(url.port) });
  try {
    const worker = await buildWorker(shop);
    const coldStarts = await coldStartsOf(shop, worker, Math.min(rounds, coldStartsMax));
    const cpu = await withTwoWorkers(shop, worker, (told, served) => cpuOf(shop, { told, served }, seconds, say));
    url.port = String(proxy.port);
    const roundTrips = await withWorker(worker, { port: shop.port, settings: { DATABASE_URL: url.href } }, () =>
      roundTripsOf(shop, proxy),
    );
    return {
      results: [
        ...cpu.results,
        below("edge: process start to the first 200", median(coldStarts), "ms", goals.coldStartMs),
        below("edge: bundle, compressed", worker.size, "KB", goals.bundleKb),
        ...roundTrips,
      ],
      distrust: cpu.distrust,
    };
  } finally {
    proxy.stop();
  }
}

/** Milliseconds from the start of the process until a product is answered, database included. */
async function coldStartsOf(shop: Shop, worker: BuiltWorker, times: number): Promise<number[]> {
  const [product] = await productIds(shop);
  const all: number[] = [];
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now();
    const workerd = worker.start(shop.port, contractStrength);
    await untilAnswered(`${shop.url}/v1/products/${product}`);
    all.push(performance.now() - startedAt);
    await workerd.stop();
  }
  return all;
}

interface Started {
  readonly port: number;
  readonly pid: number;
}

/**
 * Two isolates, as there are many at the edge: events are delivered to the first, by the shop's URL, and the second is
 * given the load. A delivery is a request of its own, so its CPU is no part of that of the order that it tells of.
 */
async function withTwoWorkers<T>(
  shop: Shop,
  worker: BuiltWorker,
  use: (told: Started, served: Started) => Promise<T>,
): Promise<T> {
  const settings = contractStrength;
  return await withWorker(worker, { port: shop.port, settings }, async (told) =>
    withWorker(worker, { port: await freePort(), settings }, (served) => use(told, served)),
  );
}

async function withWorker<T>(
  worker: BuiltWorker,
  { port, settings }: { readonly port: number; readonly settings: Readonly<Record<string, string>> },
  use: (started: Started) => Promise<T>,
): Promise<T> {
  const workerd = worker.start(port, settings);
  try {
    await untilAnswered(`http://127.0.0.1:${port}/readyz`);
    return await use({ port, pid: workerd.pid });
  } finally {
    await workerd.stop();
  }
}

async function untilAnswered(url: string): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 30_000; await Bun.sleep(1)) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`${url} did not answer within 30 s.`);
}

async function cpuOf(
  shop: Shop,
  { told, served }: { readonly told: Started; readonly served: Started },
  seconds: number,
  say: Bench["say"],
): Promise<Outcome> {
  const ids = (await productIds(shop)).slice(0, 20);
  const detail = {
    heads: ids.map((id) => `GET /v1/products/${id} HTTP/1.1\r\nHost: shop\r\n`),
    bodies: ["\r\n"],
    keyPrefix: null,
  };
  const order = {
    heads: orderHeads(shop, await logInBuyers(shop)),
    bodies: orderBodies(),
    keyPrefix: `edge-${randomUUID()}-`,
  };
  const load = (kind: typeof detail | typeof order, time: number) =>
    runHttpLoad({ port: served.port, connections, seconds: time, ...kind });
  await load(detail, warmUpSeconds);
  const details = await cpuUsed(shop, [served], () => load(detail, seconds));
  await load({ ...order, keyPrefix: `warm-${randomUUID()}-` }, warmUpSeconds);
  const orders = await cpuUsed(shop, [served, told], () => load(order, seconds));
  const sessions = await cpuUsed(shop, [told], await newcomers(shop));
  say(`  ${details.value.answers} details, ${orders.value.answers} orders, ${logIns} log-ins`);
  const each = ({ ms: [ms = 0], value }: { readonly ms: readonly number[]; readonly value: HttpLoad }) =>
    ms / value.answers;
  return {
    results: [
      below("edge: CPU of a cached detail", each(details), "ms", goals.detailMs),
      below("edge: CPU of an order", each(orders), "ms", goals.orderMs),
      reported(
        "edge: CPU of an order, the deliveries of its events included",
        sum(orders.ms) / orders.value.answers,
        "ms",
      ),
      below("edge: CPU of a log-in", sum(sessions.ms) / logIns, "ms", goals.logInMs),
      reported("edge: orders, median", orders.value.p50Ms, "ms"),
    ],
    distrust: [...distrustOf(details.value, 200), ...distrustOf(orders.value, 201)],
  };
}

/** Registers accounts, whose passwords are then of the contract's strength, and answers how they all log in. */
async function newcomers({ url }: Shop): Promise<() => Promise<void>> {
  const accounts = Array.from({ length: logIns }, () => ({
    email: `edge-${randomUUID()}@example.com`,
    password: `pass-${randomUUID()}`,
  }));
  for (const account of accounts) await jsonRequest(`${url}/v1/users`, { body: { ...account, name: "Newcomer" } });
  // The events of the registrations are told and heard first.
  await Bun.sleep(2_000);
  return async () => {
    for (const body of accounts) await jsonRequest(`${url}/v1/sessions`, { body });
  };
}

/** CPU of each workerd, user and system, during some work, in ms. */
async function cpuUsed<T>(
  shop: Shop,
  workers: readonly Started[],
  work: () => Promise<T>,
): Promise<{ ms: number[]; value: T }> {
  const read = () => workers.map(({ pid }) => cpuSeconds(shop, pid));
  const before = read();
  const value = await work();
  const ms = read().map((after, index) => {
    const used = usedBetween(before[index] ?? new Map(), after).get("server");
    if (used === undefined) throw new Error("The kernel does not tell what CPU a process used.");
    return used * 1000;
  });
  return { ms, value };
}

const sum = (of: readonly number[]) => of.reduce((total, each) => total + each, 0);

async function roundTripsOf(shop: Shop, proxy: RoundTripProxy): Promise<Result[]> {
  const [buyer] = await logInBuyers(shop);
  const place = (index: number) =>
    jsonRequest(`${shop.url}/v1/orders`, {
      ...(buyer ? { token: buyer.token } : {}),
      headers: { "Idempotency-Key": randomUUID() },
      body: { lines: [{ sku: `${goods.prefix}${index + 1}`, quantity: 1 }] },
    });
  await place(ordersCounted);
  await Bun.sleep(1_000);
  proxy.forget();
  for (let index = 0; index < ordersCounted; index++) await place(index);
  const { connections: opened, connecting, statements } = proxy.counted();
  const figure = (count: number) => count / ordersCounted;
  return [
    atMost("edge: round trips to the database", figure(connecting + statements), "an order", goals.roundTrips),
    reported("edge: round trips of connecting and logging in to it", figure(connecting), "an order"),
    reported("edge: round trips of statements", figure(statements), "an order"),
    reported("edge: connections to the primary", figure(opened), "an order"),
  ];
}

async function productIds({ sql }: Shop): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from catalog.products where status = 'active' order by id`;
  return rows.map(({ id }) => id);
}
