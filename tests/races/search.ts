import { pool } from "../support/client.ts";
import type { OwnShop } from "../support/own-shop.ts";
import type { At, Family } from "./family.ts";

export interface Pair {
  readonly family: Family;
  readonly operations: readonly [string, string];
}

/** Answers by side, null where that operation did not run, and how the things stood at rest. */
interface Outcome {
  readonly answers: readonly [string | null, string | null];
  readonly state: unknown;
}

/** A pair that ended as no serial order did: how it ended, and how those did. */
export interface Finding {
  readonly pair: string;
  readonly together: string;
  readonly serial: readonly string[];
}

interface Searched {
  readonly findings: readonly Finding[];
  readonly pairs: number;
  readonly runs: number;
  /** Rounds over all pairs, the last one perhaps not whole. */
  readonly rounds: number;
}

interface Bounds {
  readonly random: () => number;
  /** Begins no batch after so long, but ends the first round. */
  readonly seconds: number;
}

/** Sides that run one after another, each at once with the others of its step. */
type Steps = readonly (readonly (0 | 1)[])[];

interface Run {
  readonly pair: Pair;
  readonly steps: Steps;
  /** The next step does not wait until all has settled. */
  readonly isHasty?: true;
}

const worldsAtOnce = 10;
const pairsInBatch = 32;

/** Refusals that say "not now": the operation has not happened, and is to be sent again. */
const notNow = /^(409 payment-in-progress|503 overloaded)$/;

const together: Steps = [[0, 1]];
const inTurn: readonly Steps[] = [
  [[0], [1]],
  [[1], [0]],
];

export function pairsOf(families: readonly Family[]): Pair[] {
  return families.flatMap((family) =>
    family.operations.flatMap((one, index) =>
      family.operations.slice(index).map((other): Pair => ({ family, operations: [one, other] })),
    ),
  );
}

/** Runs every pair together, over and over until the time is up, and answers those that no serial order explains. */
export async function searchRaces(shop: OwnShop, pairs: readonly Pair[], bounds: Bounds): Promise<Searched> {
  const endsAt = Date.now() + bounds.seconds * 1000;
  const known = new Map<Pair, Outcome[]>();
  const findings: Finding[] = [];
  let runs = 0;
  const runAll = async (asked: readonly Run[], random: () => number) => {
    runs += asked.length;
    return await runEach(shop, asked, random);
  };
  for (let round = 1; ; round++) {
    const shuffled = pairs.map((pair) => ({ pair, at: bounds.random() })).toSorted((a, b) => a.at - b.at);
    for (let from = 0; from < shuffled.length; from += pairsInBatch) {
      if (round > 1 && Date.now() > endsAt) return { findings, pairs: pairs.length, runs, rounds: round };
      const batch = shuffled.slice(from, from + pairsInBatch).map(({ pair }) => pair);
      const asked = batch.flatMap((pair): Run[] => [
        { pair, steps: together },
        ...(known.has(pair) ? [] : inTurn.slice(0, 1).map((steps) => ({ pair, steps }))),
      ]);
      const outcomes = await runAll(asked, bounds.random);
      note(known, asked, outcomes);
      const suspects = asked.flatMap(({ pair, steps }, index) => {
        const outcome = outcomes[index];
        return steps === together && outcome !== undefined ? [{ pair, outcome }] : [];
      });
      // What is judged draws nothing from the seed, so that the rest is the same again.
      findings.push(...(await judge(suspects, known, (runs) => runAll(runs, Math.random))));
    }
  }
}

interface Suspect {
  readonly pair: Pair;
  readonly outcome: Outcome;
}

/** Each serial way is tried only where those before do not explain the outcome; at last what events do late or not at all. */
const trials: readonly (readonly Omit<Run, "pair">[])[] = [
  inTurn.slice(1).map((steps) => ({ steps })),
  ...Array.from({ length: 3 }, () => [
    ...[...inTurn, ...inTurn].map((steps) => ({ steps, isHasty: true as const })),
    ...[...inTurn, [[0]] as const, [[1]] as const].map((steps) => ({ steps })),
  ]),
];

async function judge(
  suspects: readonly Suspect[],
  known: Map<Pair, Outcome[]>,
  runAll: (runs: readonly Run[]) => Promise<Outcome[]>,
): Promise<Finding[]> {
  let left = suspects;
  for (const trial of trials) {
    left = left.filter(({ pair, outcome }) => !isExplained(outcome, known.get(pair)));
    const asked = left.flatMap(({ pair }) => trial.map((run) => ({ ...run, pair })));
    note(known, asked, await runAll(asked));
  }
  return left.flatMap(({ pair, outcome }) => {
    const serial = known.get(pair) ?? [];
    return isExplained(outcome, serial)
      ? []
      : [{ pair: nameOf(pair), together: JSON.stringify(outcome), serial: eachOnce(serial) }];
  });
}

/** What ran in turn is what may be. */
function note(known: Map<Pair, Outcome[]>, runs: readonly Run[], outcomes: readonly Outcome[]): void {
  for (const [index, { pair, steps }] of runs.entries()) {
    const outcome = outcomes[index];
    if (steps !== together && outcome !== undefined) known.set(pair, [...(known.get(pair) ?? []), outcome]);
  }
}

function isExplained(outcome: Outcome, serial: readonly Outcome[] = []): boolean {
  const [one, other] = outcome.answers;
  const readings = [
    outcome,
    ...(notNow.test(one ?? "") ? [{ ...outcome, answers: [null, other] }] : []),
    ...(notNow.test(other ?? "") ? [{ ...outcome, answers: [one, null] }] : []),
  ];
  return readings.some((reading) => serial.some((known) => Bun.deepEquals(reading, known)));
}

/** Each run in a world of its own, all of them side by side; answers one outcome each. */
async function runEach(shop: OwnShop, runs: readonly Run[], random: () => number): Promise<Outcome[]> {
  if (runs.length === 0) return [];
  const worlds = await pool(
    runs.map(
      ({ pair }) =>
        () =>
          pair.family.open(shop),
    ),
    worldsAtOnce,
  );
  await shop.settle();
  const answers = runs.map((): [string | null, string | null] => [null, null]);
  // Drawn before anything runs, so that the seed alone decides.
  const starts = runs.map(() => [startOf(shop, 0, random), startOf(shop, 1, random)] as const);
  const play = async (index: number, step: Steps[number]) => {
    await Promise.all(
      step.map(async (side) => {
        const start = starts[index]?.[side];
        const operation = runs[index]?.pair.operations[side];
        const cell = answers[index];
        if (start === undefined || operation === undefined || cell === undefined) return;
        await Bun.sleep(start.afterMs);
        cell[side] = (await worlds[index]?.run(operation, start.at)) ?? null;
      }),
    );
  };
  const stepsMax = Math.max(0, ...runs.map(({ steps }) => steps.length));
  for (let nth = 0; nth < stepsMax; nth++) {
    const jobs = runs.map(({ steps, isHasty }, index) => async () => {
      if (isHasty) for (const step of nth === 0 ? steps : []) await play(index, step);
      else await play(index, steps[nth] ?? []);
    });
    await pool(jobs, worldsAtOnce);
    await shop.settle();
  }
  const states = await pool(
    worlds.map(({ observe }) => observe),
    worldsAtOnce,
  );
  return runs.map((_, index) => ({ answers: answers[index] ?? [null, null], state: states[index] }));
}

/** On which of the instances, and how long after the other. */
function startOf({ instances }: OwnShop, side: 0 | 1, random: () => number): { at: At; afterMs: number } {
  const instance = instances[random() < 0.5 ? 0 : 1];
  return { at: { ...instance, side }, afterMs: random() < 0.5 ? 0 : random() * 8 };
}

/** `a pending order: cancel | pay` */
export function nameOf({ family, operations }: Pair): string {
  return `${family.name}: ${operations.join(" | ")}`;
}

function eachOnce(outcomes: readonly Outcome[]): string[] {
  return [...new Set(outcomes.map((outcome) => JSON.stringify(outcome)))].toSorted();
}
