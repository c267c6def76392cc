import { readJournal } from "../checker/journal.ts";
import type { Result } from "../results.ts";
import { isError, type Outcome, violations } from "./outcome.ts";
import { crowd, type Experiment, restartAll } from "./rows.ts";
import type { Plant } from "./run-row.ts";

/** Something wrong on purpose, which a harness that can be trusted must notice. */
interface Control extends Experiment {
  readonly plant?: Plant;
  /** What it must notice, and how much of it it did. */
  readonly notices: string;
  readonly noticed: (outcome: Outcome) => number;
}

export const controls: Readonly<Record<string, Control>> = {
  "restart-without-drain": {
    title: "control: rolling restart by kill -9",
    seconds: 25,
    rate: crowd,
    strike: (stage) => restartAll(stage, (instance) => instance.kill()),
    notices: "errors",
    noticed: ({ answers }) => answers.filter(isError).length,
  },
  "lost-order": {
    title: "control: an order answered 201 is deleted",
    seconds: 8,
    rate: 10,
    strike: async () => ({ began: Date.now(), over: Date.now() }),
    plant: async ({ shop }, journal) => {
      const { placings } = await readJournal(journal);
      const id = placings.find(({ order }) => order !== undefined)?.order?.id ?? null;
      await shop.admin`delete from orders.orders where id = ${id}`;
    },
    notices: "violations",
    noticed: violations,
  },
};

export function judgeControl(name: string, { notices, noticed }: Control, outcome: Outcome): Result {
  const value = noticed(outcome);
  return { name: `${name}: ${notices} noticed`, value, unit: "", goal: ">0", pass: value > 0 };
}
