import type { Shop } from "../loadtests/lab/shop.ts";
import { startProgram } from "../local/program.ts";
import { readConfig } from "../src/platform/config.ts";
import { openDatabases } from "../src/platform/database.ts";
import { productsByIds } from "../src/services/catalog/queries.ts";
import { atLeast, type Bench, type Outcome, reported } from "./comparison.ts";
import { distrustOf, type HttpLoad, runHttpLoad } from "./load/http-load.ts";
import { cpuSeconds, usedBetween } from "./measure/cpu.ts";
import { alternate, median, medianRatio } from "./measure/rounds.ts";
import { withServer } from "./shop/server.ts";

const goal = 0.6;
const connections = 32;
const warmUpSeconds = 3;

interface Side extends HttpLoad {
  /** Of the process that answers, in microseconds. */
  readonly cpuPerAnswer: number;
}

/**
 * A product's detail read from the database (`Read-Consistency: strong` passes every cache) beside its limit: the same
 * statement sent by postgres.js, with as many connections, from behind a bare Bun.serve.
 */
export async function productDetail({ shop: open, seconds, rounds, say }: Bench): Promise<Outcome> {
  const shop = await open();
  const ids = await productIds(shop);
  return withServer(shop, {}, (server) =>
    withBareServer(shop, async (bareServer) => {
      const own = { pid: server.pid, port: shop.port };
      const fromDatabase = (time: number) => load(shop, own, ids, "Read-Consistency: strong\r\n", time);
      const cached = (time: number) => load(shop, own, ids, "", time);
      const bare = (time: number) => load(shop, bareServer, ids, "", time);
      for (const side of [fromDatabase, cached, bare]) await side(Math.min(seconds, warmUpSeconds));
      const { ours, limit } = await alternate(
        rounds,
        () => fromDatabase(seconds),
        () => bare(seconds),
        (round, one, other) =>
          say(`  round ${round}: ${Math.round(one.perSecond)} answers/s, ${Math.round(other.perSecond)} bare`),
      );
      return {
        results: resultsOf(ours, limit, await cached(seconds)),
        distrust: [...ours, ...limit].flatMap((one) => distrustOf(one, 200)),
      };
    }),
  );
}

function resultsOf(ours: readonly Side[], limit: readonly Side[], cached: Side) {
  const rate = (side: Side) => side.perSecond;
  const cpu = (side: Side) => side.cpuPerAnswer;
  return [
    atLeast("product detail: database / bare", medianRatio(ours.map(rate), limit.map(rate)), "ratio", goal),
    reported("product detail: from the database", median(ours.map(rate)), "answers/s"),
    reported("product detail: bare", median(limit.map(rate)), "answers/s"),
    reported("product detail: cached", rate(cached), "answers/s"),
    reported("product detail: CPU from the database", median(ours.map(cpu)), "us an answer"),
    reported("product detail: CPU of the bare server", median(limit.map(cpu)), "us an answer"),
    reported("product detail: CPU cached", cpu(cached), "us an answer"),
  ];
}

async function load(
  shop: Shop,
  { pid, port }: { readonly pid: number; readonly port: number },
  ids: readonly string[],
  headers: string,
  seconds: number,
): Promise<Side> {
  const heads = ids.map((id) => `GET /v1/products/${id} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${headers}`);
  const before = cpuSeconds(shop, pid);
  const done = await runHttpLoad({ port, connections, seconds, heads, bodies: ["\r\n"], keyPrefix: null });
  const used = usedBetween(before, cpuSeconds(shop, pid)).get("server") ?? 0;
  return { ...done, cpuPerAnswer: (used / done.answers) * 1e6 };
}

async function productIds({ sql }: Shop): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from catalog.products where status = 'active'`;
  return rows.map(({ id }) => id);
}

async function withBareServer<T>(
  { env, home }: Shop,
  use: (server: { readonly pid: number; readonly port: number }) => Promise<T>,
): Promise<T> {
  const config = readConfig(env);
  const databases = openDatabases(config, { primary: 1, replicaLanes: 1, perRequest: false });
  const settings = {
    PORT: "0",
    DATABASE_URL: config.DATABASE_URL,
    DATABASE_POOL: String(config.DATABASE_POOL),
    STATEMENT: productsByIds(databases.of("catalog").primary()).getQuery().sql,
  };
  const program = startProgram("bare-server", ["benchmarks/bare-product-server.ts"], settings, home);
  try {
    const { port } = new URL(await program.untilReady(20_000));
    return await Promise.race([program.failed, use({ pid: program.pid, port: Number(port) })]);
  } finally {
    await program.stop(5_000);
    await databases.close();
  }
}
