/** A part of a span of time, and what to count it by: a roll-up's grain, or the single events. */
export interface Segment {
  readonly grain: "day" | "hour" | "event";
  readonly since: Date;
  /** Not included. */
  readonly until: Date;
}

const hourMs = 60 * 60 * 1000;
const grains = [
  { grain: "day", ms: 24 * hourMs },
  { grain: "hour", ms: hourMs },
] as const;

/**
 * The span from `from` to, not including, `to` in as few parts as there can be: the whole days in its middle, whole hours
 * (UTC) around them, and what is left at both ends, less than an hour each.
 */
export function segmentsOf(from: Date, to: Date): Segment[] {
  return split(from.getTime(), to.getTime(), 0);
}

/** The end of the day in which this is: nothing is told of the future, so a span up to now may as well end there. */
export function endOfDay(at: Date): Date {
  const [{ ms }] = grains;
  return new Date((Math.floor(at.getTime() / ms) + 1) * ms);
}

function split(since: number, until: number, level: number): Segment[] {
  if (since >= until) return [];
  const coarse = grains[level];
  if (coarse === undefined) return [segment("event", since, until)];
  const { grain, ms } = coarse;
  const [first, last] = [Math.ceil(since / ms) * ms, Math.floor(until / ms) * ms];
  if (first >= last) return split(since, until, level + 1);
  return [...split(since, first, level + 1), segment(grain, first, last), ...split(last, until, level + 1)];
}

function segment(grain: Segment["grain"], since: number, until: number): Segment {
  return { grain, since: new Date(since), until: new Date(until) };
}
