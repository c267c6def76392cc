// npm run bench -- [comparison ...] [--json FILE] [--seconds N] [--rounds N] [--quick]; bench:edge is the comparison edge
// Exit 0: every goal kept; 1: one missed; 2: the run did not start or is not to be trusted.
import { parseArgs } from "node:util";
import { openShop, type Shop } from "../loadtests/lab/shop.ts";
import { printResults, type Result, writeResults } from "../loadtests/results.ts";
import type { Bench, Comparison } from "./comparison.ts";
import { edge } from "./edge.ts";
import { imports } from "./import.ts";
import { orderShape } from "./order-shape.ts";
import { orders } from "./orders.ts";
import { productDetail } from "./product-detail.ts";
import { start } from "./start.ts";
import { statements } from "./statements.ts";

const comparisons: Readonly<Record<string, Comparison>> = {
  orders,
  "product-detail": productDetail,
  statements,
  start,
  "order-shape": orderShape,
  edge,
  import: imports,
};

const usage = `usage: npm run bench -- [${Object.keys(comparisons).join(" | ")} ...] [options]
       npm run bench:edge -- [options]
  --json FILE   also write the figures as JSON
  --seconds N   of each round (8)
  --rounds N    of each side, in turns (5)
  --quick       one round of 2 s, to see that everything runs`;

process.exitCode = await bench().catch((error: Error) => {
  console.error(error.message);
  return 2;
});

async function bench(): Promise<number> {
  const { names, json, seconds, rounds } = readArguments();
  const say = (line: string) => console.log(line);
  let opened: Promise<Shop> | undefined;
  const shop = () => {
    opened ??= openShop(say);
    return opened;
  };
  const close = async () => {
    await (await opened)?.close();
  };
  // What was started ends with this process; what it leaves in the temporary folder is cleared here.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void close().finally(() => process.exit(2)));
  try {
    return await run(names, { seconds, rounds, shop, say }, json);
  } finally {
    await close();
  }
}

async function run(names: readonly string[], bench: Bench, json: string | undefined): Promise<number> {
  const results: Result[] = [];
  const distrust: string[] = [];
  for (const name of names) {
    bench.say(`${name}:`);
    const outcome = await comparisons[name]?.(bench);
    results.push(...(outcome?.results ?? []));
    distrust.push(...(outcome?.distrust ?? []));
  }
  printResults(results);
  if (json !== undefined) await writeResults(json, results);
  if (distrust.length > 0) throw new Error(`Not to be trusted: ${distrust.join("; ")}.`);
  return results.every(({ pass }) => pass) ? 0 : 1;
}

function readArguments() {
  const { values, positionals } = parseOrSayHow();
  const [seconds, rounds] = [
    Number(values.seconds ?? (values.quick ? 2 : 8)),
    Number(values.rounds ?? (values.quick ? 1 : 5)),
  ];
  const unknown = positionals.filter((name) => !(name in comparisons));
  if (unknown.length > 0 || !(seconds > 0) || !(rounds > 0)) throw new Error(usage);
  return { names: positionals.length > 0 ? positionals : Object.keys(comparisons), json: values.json, seconds, rounds };
}

function parseOrSayHow() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: "string" },
        seconds: { type: "string" },
        rounds: { type: "string" },
        quick: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}
