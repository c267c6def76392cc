import { checkDuring } from "../checker/check-during.ts";
import type { Result } from "../results.ts";
import { boundParts, type Lab } from "./lab.ts";

/**
 * Does `work` while the checker looks, again and again, at what must hold at every instant. A snapshot of all books costs
 * about as much CPU as a standby has: what is watched is under load and under its bounds, but no figure comes of it.
 */
export async function watched<T>(lab: Lab, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const checked = checkDuring(lab.shop.env, over.signal);
  try {
    return await work();
  } finally {
    over.abort();
    boundParts(lab, undefined);
    lab.checks.push(...(await checked));
  }
}

/** The same promise, broken as soon as the run is to end: what is waited for may take minutes. */
export function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      const stop = () => reject(signal.reason);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    }),
  ]);
}

/** One row for each name: the most violations, and of what was looked at the sum. */
export function together(results: readonly Result[]): Result[] {
  const byName = new Map<string, Result>();
  for (const result of results) {
    const known = byName.get(result.name);
    if (known === undefined) byName.set(result.name, result);
    else byName.set(result.name, { ...result, value: joint(known, result), pass: known.pass && result.pass });
  }
  return [...byName.values()];
}

function joint(a: Result, b: Result): number {
  return a.unit === "violations" ? Math.max(a.value, b.value) : a.value + b.value;
}
