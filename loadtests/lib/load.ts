import type { ConstantArrivalRateScenario, Scenario } from "k6/options";

/** So that a slow rate does not run short of users by the odd slow answer. */
const VUS_MIN = 30;
const K6_SECONDS_MIN = 1;

/** RATE, journeys started each second. */
export function rate(byDefault = 10): number {
  return Number(__ENV.RATE ?? byDefault);
}

interface Arrivals {
  /** Journeys started each second. */
  rate: number;
  /** Of seconds, fractions allowed. */
  duration: number;
  start?: number;
  /** How long one journey may take. */
  secondsMax: number;
  exec?: string;
  tags?: Record<string, string>;
}

/**
 * An open load: `rate` journeys start each second, however slow the answers are. `secondsMax` decides how many virtual
 * users there can be. A third of them are there from the start, since k6 drops iterations while it makes more.
 */
export function arrivals({ rate, duration, start = 0, secondsMax, ...named }: Arrivals): ConstantArrivalRateScenario {
  const vusMax = Math.max(rate * secondsMax, VUS_MIN);
  return {
    executor: "constant-arrival-rate",
    rate,
    timeUnit: "1s",
    duration: milliseconds(Math.max(duration, K6_SECONDS_MIN)),
    startTime: milliseconds(start),
    preAllocatedVUs: Math.ceil(vusMax / 3),
    maxVUs: vusMax,
    gracefulStop: `${secondsMax}s`,
    ...named,
  };
}

/** RATE journeys a second for DURATION. */
export function steady(secondsMax: number): { steady: Scenario } {
  return { steady: arrivals({ rate: rate(), duration: duration("30s"), secondsMax }) };
}

/** Seconds of DURATION, which is written as k6 does: `90s`, `5m`, `1h30m`. It is the whole journey's, all phases of it. */
export function duration(byDefault: string): number {
  const written = __ENV.DURATION ?? byDefault;
  const parts = [...written.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join("") !== written) throw new Error(`DURATION=${written} is no duration`);
  const seconds = { ms: 0.001, s: 1, m: 60, h: 3600 };
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * seconds[unit as keyof typeof seconds], 0);
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}
