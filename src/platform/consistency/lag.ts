import { covers, type Position } from "./tokens.ts";

/** Where the primary stood at a moment (milliseconds since 1970). */
export interface Sample {
  readonly at: number;
  readonly position: Position;
}

const samplesMax = 600;

/** The samples with one more, oldest first, without those that are older than the bound. */
export function withSample(samples: readonly Sample[], sample: Sample, lagMaxMs: number): readonly Sample[] {
  const young = samples.filter(({ at }) => at >= sample.at - lagMaxMs);
  return [...young.slice(1 - samplesMax), sample];
}

/**
 * How far behind a replica is: the age of the newest sample it has replayed, measured at the newest sample of all. So
 * an idle primary makes no lag, and neither does one that is down.
 */
export function lagMs(samples: readonly Sample[], replayed: Position): number {
  const newest = samples.at(-1);
  const reached = samples.findLast(({ position }) => covers(replayed, position));
  return newest && reached ? newest.at - reached.at : Number.POSITIVE_INFINITY;
}
