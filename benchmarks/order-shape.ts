import type { Shop } from "../loadtests/lab/shop.ts";
import { type Bench, type Outcome, reported } from "./comparison.ts";
import { runSqlLoad } from "./load/sql-load.ts";
import { cpuSeconds, usedBetween } from "./measure/cpu.ts";
import { alternate, median, medianRatio } from "./measure/rounds.ts";
import { inColumns, inTables, type Shape, users } from "./order-shapes.ts";

const clients = 8;
const batches = [1, 16];
const secondsMax = 4;

interface Round {
  readonly perSecond: number;
  /** Of the database, in microseconds. */
  readonly cpuPerOrder: number;
}

/**
 * Decides the shape of an order: its two lines and its history as columns of its row, or as rows of tables of their own.
 * Both shapes get the same orders, hash-partitioned by user as the product's, one and sixteen in a statement.
 */
export async function orderShape({ shop: open, seconds, rounds, say }: Bench): Promise<Outcome> {
  const shop = await open();
  const [columns, tables] = [inColumns, inTables];
  await shop.sql.unsafe(columns.make + tables.make);
  try {
    const results = [];
    for (const batch of batches) {
      const side = (shape: Shape) => () => insert(shop, shape, batch, Math.min(seconds, secondsMax));
      const measured = await alternate(rounds, side(columns), side(tables), (round, one, other) =>
        say(
          `  ${batch} in a statement, round ${round}: ${Math.round(one.perSecond)} and ${Math.round(other.perSecond)} orders/s`,
        ),
      );
      const of = (name: keyof Round) =>
        [measured.ours, measured.limit].map((all) => all.map((one) => one[name])) as [number[], number[]];
      const [cpuColumns, cpuTables] = of("cpuPerOrder");
      const title = `order shape, ${batch} in a statement:`;
      results.push(
        reported(`${title} rate of columns / tables`, medianRatio(...of("perSecond")), "ratio"),
        reported(`${title} database CPU of columns / tables`, medianRatio(cpuColumns, cpuTables), "ratio"),
        reported(`${title} database CPU of columns`, median(cpuColumns), "us an order"),
        reported(`${title} database CPU of tables`, median(cpuTables), "us an order"),
      );
    }
    return { results, distrust: [] };
  } finally {
    await shop.sql.unsafe(columns.drop + tables.drop);
  }
}

async function insert(shop: Shop, shape: Shape, batch: number, seconds: number): Promise<Round> {
  await shop.admin`checkpoint`;
  const before = { cpu: cpuSeconds(shop), orders: await count(shop, shape) };
  const perSecond = await runSqlLoad({
    url: shop.env.DATABASE_URL ?? "",
    clients,
    seconds,
    variables: { number: Number.MAX_SAFE_INTEGER, user: users },
    statements: [shape.insert(batch)],
  });
  const cpu = usedBetween(before.cpu, cpuSeconds(shop)).get("database") ?? 0;
  const orders = (await count(shop, shape)) - before.orders;
  return { perSecond: perSecond * batch, cpuPerOrder: (cpu / orders) * 1e6 };
}

async function count({ sql }: Shop, { schema }: Shape): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from ${sql(schema)}.orders`;
  return row?.count ?? 0;
}
