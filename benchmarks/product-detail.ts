import { startProgram } from "../local/program.ts";
import { readConfig } from "../src/platform/config.ts";
import { openDatabases } from "../src/platform/database.ts";
import { productById } from "../src/services/catalog/queries.ts";
import { atLeast, type Bench, type Outcome, reported } from "./comparison.ts";
import { distrustOf, runHttpLoad } from "./load/http-load.ts";
import { alternate, median, medianRatio } from "./measure/rounds.ts";
import { withServer } from "./shop/server.ts";
import type { Shop } from "./shop/shop.ts";

const goal = 0.6;
const connections = 32;
const warmUpSeconds = 3;

/**
 * A product's detail read from the database (`Read-Consistency: strong` passes every cache) beside its limit: the same
 * statement sent by postgres.js, with as many connections, from behind a bare Bun.serve.
 */
export async function productDetail({ shop: open, seconds, rounds, say }: Bench): Promise<Outcome> {
  const shop = await open();
  const ids = await productIds(shop);
  // The quota of strong reads is set for people: here it is counted, but never reached.
  return withServer(shop, { RATE_LIMIT_SCALE: "1000000" }, () =>
    withBareServer(shop, async (barePort) => {
      const details = (headers: string) => (forSeconds: number) => load(shop.port, ids, headers, forSeconds);
      const fromDatabase = details("Read-Consistency: strong\r\n");
      const cached = details("");
      const bare = (forSeconds: number) => load(barePort, ids, "", forSeconds);
      for (const side of [fromDatabase, cached, bare]) await side(Math.min(seconds, warmUpSeconds));
      const { ours, limit } = await alternate(
        rounds,
        () => fromDatabase(seconds),
        () => bare(seconds),
        (round, own, other) =>
          say(`  round ${round}: ${Math.round(own.perSecond)} answers/s, ${Math.round(other.perSecond)} bare`),
      );
      const rates = { ours: ours.map((one) => one.perSecond), limit: limit.map((one) => one.perSecond) };
      return {
        results: [
          atLeast("product detail: database / bare", medianRatio(rates.ours, rates.limit), "ratio", goal),
          reported("product detail: from the database", median(rates.ours), "answers/s"),
          reported("product detail: bare", median(rates.limit), "answers/s"),
          reported("product detail: cached", (await cached(seconds)).perSecond, "answers/s"),
        ],
        distrust: [...ours, ...limit].flatMap((one) => distrustOf(one, 200)),
      };
    }),
  );
}

function load(port: number, ids: readonly string[], headers: string, seconds: number) {
  const heads = ids.map((id) => `GET /v1/products/${id} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${headers}`);
  return runHttpLoad({ port, connections, seconds, heads, bodies: ["\r\n"], keyPrefix: null });
}

async function productIds({ sql }: Shop): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from catalog.products where status = 'active'`;
  return rows.map(({ id }) => id);
}

async function withBareServer<T>({ env, home }: Shop, use: (port: number) => Promise<T>): Promise<T> {
  const config = readConfig(env);
  const databases = openDatabases(config, { primary: 1, replicaLanes: 1 });
  const STATEMENT = productById(databases.of("catalog").primary()).getQuery().sql;
  const settings = {
    PORT: "0",
    DATABASE_URL: config.DATABASE_URL,
    DATABASE_POOL: String(config.DATABASE_POOL),
    STATEMENT,
  };
  const program = startProgram("bare-server", ["benchmarks/bare-product-server.ts"], settings, home);
  try {
    const url = new URL(await program.untilReady(20_000));
    return await Promise.race([program.failed, use(Number(url.port))]);
  } finally {
    await program.stop(5_000);
    await databases.close();
  }
}
