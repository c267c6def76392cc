import { setTimeout as sleep } from "node:timers/promises";
import { whenAborted } from "./lifecycle.ts";
import { type Program, UnexpectedEnd } from "./program.ts";

const windowMs = 60_000;
const timesAtMost = 5;
const firstPauseMs = 100;

/** What can be started again where it was. */
export type Patient = {
  /** Rejects with what ended, once something has. Looks no longer than the signal says. */
  ended(signal: AbortSignal): Promise<never>;
  /** Resolves when all of it runs again; stops waiting for that when the signal says so. */
  revive(signal: AbortSignal): Promise<void>;
};

export type Kept = {
  /** Rejects, as the patient did, when it has ended more than 5 times within a minute. */
  readonly failed: Promise<never>;
  /** Lets it end. Resolves once nothing is being started any more. */
  stop(): Promise<void>;
};

export type Say = (line: string) => void;

/** Starts again what ends unexpectedly, after a pause that doubles each time, and says so. */
export function keepRunning(patient: Patient, say: Say): Kept {
  const over = new AbortController();
  const failed = watch(patient, say, over.signal);
  failed.catch(() => undefined); // whoever cares races with it
  return {
    failed,
    async stop() {
      over.abort(new Error("no longer kept running"));
      await failed.catch(() => undefined);
    },
  };
}

/** A program that `start` starts, running once `untilReady` says so. */
export function programPatient(
  one: { program: Program; start(): Program },
  untilReady: (program: Program) => Promise<unknown>,
): Patient {
  return {
    ended: () => one.program.failed,
    async revive(signal) {
      await one.program.crash(); // one that runs, but was not ready in time
      signal.throwIfAborted();
      one.program = one.start();
      await Promise.race([untilReady(one.program), one.program.failed, whenAborted(signal)]);
    },
  };
}

async function watch(patient: Patient, say: Say, signal: AbortSignal): Promise<never> {
  const aborted = whenAborted(signal);
  let failure = await Promise.race([patient.ended(signal), aborted]).catch(toError);
  for (let ends = [Date.now()]; ends.length <= timesAtMost && !signal.aborted; ends = [...recent(ends), Date.now()]) {
    say(`${failure instanceof UnexpectedEnd ? failure.what : failure.message}: starting it again.`);
    failure = await reviveAndWatch(patient, firstPauseMs * 2 ** (ends.length - 1), say, signal).catch(toError);
  }
  if (!signal.aborted) say("That was too often within a minute: stopping.");
  throw failure;
}

/** Throws what ends next. */
async function reviveAndWatch(patient: Patient, pauseMs: number, say: Say, signal: AbortSignal): Promise<never> {
  await sleep(pauseMs, undefined, { signal });
  const begun = performance.now();
  await patient.revive(signal);
  say(`It runs again, at the same address (${((performance.now() - begun) / 1000).toFixed(1)} s).`);
  return Promise.race([patient.ended(signal), whenAborted(signal)]);
}

function recent(ends: readonly number[]): number[] {
  return ends.filter((at) => Date.now() - at < windowMs);
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
