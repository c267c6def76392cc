import { atLeast, type Bench, type Outcome, reported } from "./comparison.ts";
import { sqlTool } from "./load/sql-load.ts";
import { alternate, median, medianRatio } from "./measure/rounds.ts";
import { clients, type HttpRound, openSides, type SqlRound } from "./order-sides.ts";
import { durability } from "./shop/durability.ts";
import { stockGoods } from "./shop/goods.ts";
import { withServer } from "./shop/server.ts";

const goal = 0.5;
const warmUpSeconds = 4;

/**
 * Orders placed through HTTP beside their limit: the product's own two statements for one order, in one synchronous
 * transaction, sent by pgbench to the same database.
 */
export async function orders({ shop: open, seconds, rounds, say }: Bench): Promise<Outcome> {
  const shop = await open();
  await stockGoods(shop);
  const { settings, distrust } = await durability(shop.sql);
  say(`  ${settings}; beside ${sqlTool}, ${clients} clients each`);
  return withServer(shop, {}, async (server) => {
    const { ours, limit } = await openSides(shop, server);
    const warmUp = Math.min(seconds, warmUpSeconds);
    await limit(warmUp);
    await ours(warmUp);
    const measured = await alternate(
      rounds,
      () => ours(seconds),
      () => limit(seconds),
      (round, http, sql) =>
        say(`  round ${round}: ${Math.round(http.perSecond)} orders/s, ${Math.round(sql.perSecond)} by ${sqlTool}`),
    );
    return {
      results: resultsOf(measured.ours, measured.limit),
      distrust: [...distrust, ...measured.ours.flatMap((round) => round.distrust)],
    };
  });
}

function resultsOf(ours: readonly HttpRound[], limit: readonly SqlRound[]) {
  const rate = (round: HttpRound | SqlRound) => round.perSecond;
  const figure = (name: string, unit: string, value: (round: HttpRound) => number) =>
    reported(`orders: ${name}`, median(ours.map(value)), unit);
  const cpu = (part: string) => (round: HttpRound | SqlRound) => ((round.cpu.get(part) ?? 0) / round.orders) * 1e6;
  const parts = [...(ours[0]?.cpu.keys() ?? [])];
  return [
    atLeast(`orders: HTTP / ${sqlTool}`, medianRatio(ours.map(rate), limit.map(rate)), "ratio", goal),
    figure("through HTTP", "orders/s", rate),
    reported(`orders: by ${sqlTool}`, median(limit.map(rate)), "orders/s"),
    figure("answered, median", "ms", ({ p50Ms }) => p50Ms),
    figure("answered, 99 %", "ms", ({ p99Ms }) => p99Ms),
    figure("coalesced in one reserve", "orders a statement", ({ orders, calls }) => orders / calls.reserve),
    figure("coalesced in one place", "orders a statement", ({ orders, calls }) => orders / calls.place),
    figure("until the relay had told all events", "s", ({ restSeconds }) => restSeconds),
    ...parts.map((part) => figure(`CPU of the ${part}`, "us an order", cpu(part))),
    reported(`orders: CPU of the database by ${sqlTool}`, median(limit.map(cpu("database"))), "us an order"),
    figure("generator", "% of a core", ({ cpuShare }) => cpuShare * 100),
  ];
}
