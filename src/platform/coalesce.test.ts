import { describe, expect, test } from "bun:test";
import { coalesced, type Lanes, type Statement } from "./coalesce.ts";
import type { Deps } from "./deps.ts";

const noDeps = {} as Deps;

/** Squares numbers; the whole statement is refused, with this SQLSTATE, where a negative one is among them. */
function squares(sqlState: string) {
  const runs: (readonly number[])[] = [];
  const statement: Statement<number, number> = {
    run: async (_deps, items) => {
      runs.push(items);
      await Bun.sleep(1);
      if (items.some((item) => item < 0)) throw Object.assign(new Error("refused"), { code: sqlState });
      return items.map((item) => item * item);
    },
    itemsMax: 100,
    weigh: () => 1,
    weightMax: 100,
    waitingMax: 100,
  };
  return { statement, runs };
}

async function askAll(statement: Statement<number, number>, items: readonly number[]) {
  const lanes: Lanes = new Map();
  const asked = await Promise.allSettled(items.map((item) => coalesced(lanes, noDeps, statement, item)));
  return asked.map((one) => (one.status === "fulfilled" ? one.value : "refused"));
}

describe("calls that share a statement", () => {
  test("are answered by one run of it, each with its own answer", async () => {
    const { statement, runs } = squares("22P02");
    expect(await askAll(statement, [1, 2, 3, 4])).toEqual([1, 4, 9, 16]);
    expect(runs).toEqual([[1, 2, 3, 4]]);
  });

  test("do not fail for the data of one among them", async () => {
    const { statement } = squares("22P05");
    expect(await askAll(statement, [1, 2, -3, 4, 5, -6, 7])).toEqual([1, 4, "refused", 16, 25, "refused", 49]);
  });

  test("fail together where it is not the data's fault, and are not asked again", async () => {
    const { statement, runs } = squares("57014");
    expect(await askAll(statement, [1, -2, 3])).toEqual(["refused", "refused", "refused"]);
    expect(runs).toHaveLength(1);
  });
});
