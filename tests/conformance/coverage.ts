import { describedPairs, ofEveryOperation, operationOf, type readDescription } from "./described.ts";
import type { Recorded } from "./exchange.ts";

type Described = ReturnType<typeof readDescription>;

const everyOperation = "every operation";

/** How many of the requests provoke each (operation, status), `GET /v1/orders 200`, of the document; 0 where none does. */
export function provocations(described: Described, requests: readonly Recorded[]): ReadonlyMap<string, number> {
  const pairs = [...describedPairs(described), ...ofEveryOperation.map((status) => `${everyOperation} ${status}`)];
  const counts = new Map(pairs.map((pair) => [pair, 0]));
  for (const { request, status } of requests) {
    const name = ofEveryOperation.includes(status) ? everyOperation : operationOf(described, request)?.name;
    const pair = `${name} ${status}`;
    const count = counts.get(pair);
    if (count !== undefined) counts.set(pair, count + 1);
  }
  return counts;
}

/** One line for each operation: its statuses with the number of requests that provoke each. */
export function tableOf(counts: ReadonlyMap<string, number>): string {
  const byOperation = Map.groupBy(counts, ([pair]) => pair.replace(/ \d+$/, ""));
  const width = Math.max(...[...byOperation.keys()].map(({ length }) => length));
  const cell = ([pair, count]: [string, number]) => `${pair.slice(-3)}:${count}`.padEnd(8);
  const lines = [...byOperation].map(([name, of]) => `${name.padEnd(width)}  ${of.map(cell).join(" ")}`.trimEnd());
  return lines.join("\n");
}
