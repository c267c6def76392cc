import type { Shop } from "../loadtests/lab/shop.ts";
import { type Bench, type Outcome, reported } from "./comparison.ts";
import { distrustOf, runHttpLoad } from "./load/http-load.ts";
import { startDatabaseProxy, type Traffic } from "./measure/database-proxy.ts";
import { startRedisProxy } from "./measure/redis-proxy.ts";
import { callsOf, forgetCalls } from "./measure/sql-calls.ts";
import { type Buyer, logInBuyers } from "./shop/buyers.ts";
import { atRest } from "./shop/event-log.ts";
import { stockGoods } from "./shop/goods.ts";
import { orderBodies, orderHeads } from "./shop/order-requests.ts";
import { withServer } from "./shop/server.ts";

/** The statements of an order by what they are for; what else passes is the relay's and other background work. */
const kinds = {
  session: /identity/,
  prices: /orders\.prices/,
  reserve: /inventory\.reserve_/,
  place: /orders\.place_/,
  position: /pg_current_wal_flush_lsn/,
} as const;

interface Proxies {
  readonly database: ReturnType<typeof startDatabaseProxy>;
  readonly redis: ReturnType<typeof startRedisProxy>;
}

/** What an order costs in statements, round trips and calls to Redis, counted by proxies behind the server. */
export async function statements({ shop: open, seconds, say }: Bench): Promise<Outcome> {
  const shop = await open();
  await stockGoods(shop);
  const url = new URL(shop.env.DATABASE_URL ?? "");
  const redisUrl = shop.env.UPSTASH_REDIS_REST_URL ?? "";
  const database = startDatabaseProxy({ hostname: url.hostname, port: Number(url.port) });
  const redis = startRedisProxy(redisUrl);
  url.port = String(database.port);
  try {
    return await withServer(shop, { DATABASE_URL: url.href, UPSTASH_REDIS_REST_URL: redis.url }, async () => {
      const buyers = await logInBuyers(shop);
      const outcomes: Outcome[] = [];
      await counted(shop, buyers, { database, redis }, "warm-up", 32, 1);
      for (const [title, connections] of [
        ["one order at a time", 1],
        ["32 connections", 32],
      ] as const) {
        const outcome = await counted(shop, buyers, { database, redis }, title, connections, Math.min(seconds, 4));
        for (const { name, value, unit } of outcome.results) say(`  ${name}: ${value.toFixed(3)} ${unit}`);
        outcomes.push(outcome);
      }
      return {
        results: outcomes.flatMap(({ results }) => results),
        distrust: outcomes.flatMap(({ distrust }) => distrust),
      };
    });
  } finally {
    database.stop();
    redis.stop();
  }
}

async function counted(
  shop: Shop,
  buyers: readonly Buyer[],
  { database, redis }: Proxies,
  title: string,
  connections: number,
  seconds: number,
): Promise<Outcome> {
  database.forget();
  redis.forget();
  await forgetCalls(shop);
  const load = await runHttpLoad({
    port: shop.port,
    connections,
    seconds,
    heads: orderHeads(shop, buyers),
    bodies: orderBodies(),
    keyPrefix: `count-${crypto.randomUUID()}-`,
  });
  const calls = { redis: redis.calls(), ...(await callsOf(shop)) };
  await atRest(shop);
  const { answers } = load;
  const sums = sumByKind(database.traffic());
  const of = (kind: string) => sums.get(kind) ?? { statements: 0, roundTrips: 0 };
  const isAgreed = of("place").statements === calls.place && of("reserve").statements === calls.reserve;
  const own = Object.keys(kinds).map((kind) => ({ kind, ...of(kind) }));
  const total = (field: "statements" | "roundTrips") => own.reduce((sum, one) => sum + one[field], 0) / answers;
  const figure = (name: string, value: number) => reported(`${title}: ${name}`, value, "an order");
  return {
    results: [
      figure("statements", total("statements")),
      ...own.map((one) => figure(`statements for ${one.kind}`, one.statements / answers)),
      figure("round trips to the database", total("roundTrips")),
      figure("statements of the relay and other work behind it", of("behind").statements / answers),
      figure("calls to Redis", calls.redis / answers),
    ],
    distrust: [...distrustOf(load, 201), ...(isAgreed ? [] : ["the proxy and PostgreSQL counted differently"])],
  };
}

function sumByKind(traffic: Traffic): Map<string, { statements: number; roundTrips: number }> {
  const sums = new Map<string, { statements: number; roundTrips: number }>();
  for (const [text, { statements, roundTrips }] of traffic) {
    const [kind = "behind"] = Object.entries(kinds).find(([, pattern]) => pattern.test(text)) ?? [];
    const sum = sums.get(kind) ?? { statements: 0, roundTrips: 0 };
    sums.set(kind, { statements: sum.statements + statements, roundTrips: sum.roundTrips + roundTrips });
  }
  return sums;
}
