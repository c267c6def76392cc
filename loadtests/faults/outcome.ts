import type { Result } from "../results.ts";
import type { LagSample } from "./event-lag.ts";
import type { Answered } from "./load.ts";

/** When a fault began and was over, in ms since the epoch. Where nothing comes back, it is over when it has struck. */
export interface Fault {
  readonly began: number;
  readonly over: number;
}

/** What one fault led to, as it was seen from outside. */
export interface Outcome {
  readonly fault: Fault;
  readonly answers: readonly Answered[];
  readonly lag: readonly LagSample[];
  /** What loadtests/checker found during the load and at rest. */
  readonly checks: readonly Result[];
}

/** An order turns paid 2 s after its capture (api.md 1.7): with no more than that, events flow. */
const lagUsualMs = 2_000;

/** Whatever is no success and no honest refusal of the business: a shop may run out of a thing. */
export function isError({ status, problem }: Answered): boolean {
  return status === 0 || (status >= 400 && problem !== "out-of-stock");
}

/** In a client's words, like "503 primary-unavailable". */
export function seenAs({ status, problem, retryAfter }: Answered): string {
  if (status === 0) return "unknown (no answer)";
  if (status < 400) return "2xx";
  const said = problem === "about:blank" ? "of the balancer" : problem || "without a problem";
  return `${status} ${said}${status === 503 && !retryAfter ? ", no Retry-After" : ""}`;
}

/** How often clients saw what, most frequent first. */
export function counts(answers: readonly Answered[]): [string, number][] {
  const found = new Map<string, number>();
  for (const answer of answers) found.set(seenAs(answer), (found.get(seenAs(answer)) ?? 0) + 1);
  return [...found].toSorted(([, one], [, other]) => other - one);
}

/** From the fault's end until the last answer that was an error; 0 where none came after it. */
export function clientsBackMs({ fault, answers }: Outcome): number {
  const last = Math.max(fault.over, ...answers.filter(isError).map(({ ended }) => ended));
  return last - fault.over;
}

/** From the fault's end until events are no longer behind, for good (where they stay behind: until nobody looked on). */
export function eventsBackMs({ fault, lag }: Outcome): number {
  const lastLate = lag.findLastIndex(({ at, lagMs }) => at >= fault.began && lagMs > lagUsualMs);
  if (lastLate === -1) return 0;
  const back = lag[lastLate + 1] ?? lag[lastLate];
  return Math.max(0, (back?.at ?? 0) - fault.over);
}

export function violations({ checks }: Outcome): number {
  return checks.filter(({ unit }) => unit === "violations").reduce((sum, { value }) => sum + value, 0);
}
