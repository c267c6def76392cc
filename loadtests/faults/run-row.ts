import { setTimeout as wait } from "node:timers/promises";
import { seeded } from "../../tests/support/seeded.ts";
import { checkAtRest } from "../checker/check-at-rest.ts";
import { checkDuring } from "../checker/check-during.ts";
import { type Journal, openJournal } from "../checker/journal.ts";
import { watchEventLag } from "./event-lag.ts";
import { type Lab, openLab } from "./lab.ts";
import { startLoad } from "./load.ts";
import type { Outcome } from "./outcome.ts";
import type { Experiment } from "./rows.ts";

export interface RunOptions {
  readonly k6: string;
  readonly seed: number;
  readonly say: (line: string) => void;
  /** Gives up; what was started is stopped all the same. */
  readonly signal: AbortSignal;
}

/** What may be done to a shop before the last check of it. */
export type Plant = (lab: Lab, journal: Journal) => Promise<void>;

/** The fault strikes so long after the first buyers came. */
const momentMinMs = 4_000;
const momentSpreadMs = 3_000;

/** What was planted does not go away: it is not waited for. */
const plantedSeenWithinMs = 5_000;

/** Runs one fault on a lab of its own, which it clears away. @throws Error where a part of the lab failed by itself */
export async function runRow(experiment: Experiment, options: RunOptions, plant?: Plant): Promise<Outcome> {
  const { say, signal } = options;
  say("starting a shop and three instances");
  const lab = await openLab(() => undefined);
  const over = new AbortController();
  try {
    signal.throwIfAborted();
    const journal = await openJournal(lab.env, lab.shop.home);
    const watching = Promise.all([
      checkDuring(lab.env, over.signal),
      watchEventLag(lab.env.DATABASE_URL ?? "", over.signal),
    ]);
    const { fault, answers } = await strikeUnderLoad(experiment, options, lab, journal);
    await plant?.(lab, journal);
    say("the load is over, waiting for rest");
    const atRest = await checkAtRest(lab.env, journal, plant && plantedSeenWithinMs);
    over.abort();
    const [during, lag] = await watching;
    return { fault, answers, lag, checks: [...during, ...atRest] };
  } finally {
    over.abort();
    await lab.close();
  }
}

async function strikeUnderLoad(experiment: Experiment, options: RunOptions, lab: Lab, journal: Journal) {
  const { k6, seed, say, signal } = options;
  const { url, home } = lab.shop;
  const { seconds, rate } = experiment;
  const load = await startLoad({ k6, url, home, journal, seconds, rate, seed }, signal);
  const random = seeded(seed);
  const momentMs = momentMinMs + Math.round(random() * momentSpreadMs);
  say(`buyers come; the fault strikes after ${(momentMs / 1000).toFixed(1)} s`);
  await wait(load.began + momentMs - Date.now(), undefined, { signal });
  const fault = await experiment.strike({ lab, random, say, signal });
  if (load.isOver()) throw new Error("Not to be trusted: the load was over before the fault was.");
  return { fault, answers: await load.answers() };
}
