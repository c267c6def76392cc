import type { Shop } from "../loadtests/lab/shop.ts";
import { distrustOf, type HttpLoad, runHttpLoad } from "./load/http-load.ts";
import { runSqlLoad } from "./load/sql-load.ts";
import { type CpuSeconds, cpuSeconds, usedBetween } from "./measure/cpu.ts";
import { type Calls, callsOf, forgetCalls } from "./measure/sql-calls.ts";
import { orderTransaction } from "./order-transaction.ts";
import { type Buyer, logInBuyers } from "./shop/buyers.ts";
import { atRest, skipEvents } from "./shop/event-log.ts";
import { orderBodies, orderHeads } from "./shop/order-requests.ts";
import type { Server } from "./shop/server.ts";

interface Round {
  readonly orders: number;
  readonly perSecond: number;
  readonly cpu: CpuSeconds;
}

export type SqlRound = Round;

export interface HttpRound extends Round, HttpLoad {
  readonly calls: Calls;
  /** Until the relay had told all events of the round. */
  readonly restSeconds: number;
  readonly distrust: readonly string[];
}

export const clients = 32;

/**
 * Two ways to place orders, a round each. While SQL has its turn the server is paused, and the events written by then
 * are skipped, so that neither side does work of the other. Each round begins behind a checkpoint.
 */
export async function openSides(shop: Shop, server: Server) {
  const buyers = await logInBuyers(shop);
  return {
    ours: (seconds: number) => byHttp(shop, server, buyers, seconds),
    limit: (seconds: number) => bySql(shop, server, buyers, seconds),
  };
}

async function byHttp(shop: Shop, { pid }: Server, buyers: readonly Buyer[], seconds: number): Promise<HttpRound> {
  await shop.admin`checkpoint`;
  await forgetCalls(shop);
  const before = { orders: await orderCount(shop), cpu: cpuSeconds(shop, pid) };
  const load = await runHttpLoad({
    port: shop.port,
    connections: clients,
    seconds,
    heads: orderHeads(shop, buyers),
    bodies: orderBodies(),
    keyPrefix: `bench-${crypto.randomUUID()}-`,
  });
  const cpu = usedBetween(before.cpu, cpuSeconds(shop, pid));
  const calls = await callsOf(shop);
  const orders = (await orderCount(shop)) - before.orders;
  const lost = orders === load.answers ? [] : [`${load.answers} answers, but ${orders} orders`];
  const distrust = [...lost, ...distrustOf(load, 201)];
  return { ...load, orders, cpu, calls, restSeconds: await atRest(shop), distrust };
}

async function bySql(shop: Shop, server: Server, buyers: readonly Buyer[], seconds: number): Promise<SqlRound> {
  await shop.admin`checkpoint`;
  const before = { orders: await orderCount(shop), cpu: cpuSeconds(shop, server.pid) };
  server.pause();
  try {
    const task = { url: shop.env.DATABASE_URL ?? "", clients, seconds, ...orderTransaction(buyers) };
    const perSecond = await runSqlLoad(task);
    const cpu = usedBetween(before.cpu, cpuSeconds(shop, server.pid));
    await skipEvents(shop);
    return { perSecond, cpu, orders: (await orderCount(shop)) - before.orders };
  } finally {
    server.resume();
  }
}

async function orderCount({ sql }: Shop): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from checks.orders`;
  return row?.count ?? 0;
}
