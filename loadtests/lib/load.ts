import type { Scenario } from "k6/options";

/** So that a slow rate does not run short of users by the odd slow answer. */
const VUS_MIN = 30;

/**
 * An open load: RATE journeys start each second for DURATION, however slow the answers are (defaults 10 and 30s).
 * `secondsMax` is how long one journey may take, which decides how many virtual users there can be. A third of them
 * are there from the start, since k6 drops iterations while it makes more.
 */
export function steady(secondsMax: number): { steady: Scenario } {
  const rate = Number(__ENV.RATE ?? "10");
  const vusMax = Math.max(rate * secondsMax, VUS_MIN);
  return {
    steady: {
      executor: "constant-arrival-rate",
      rate,
      timeUnit: "1s",
      duration: __ENV.DURATION ?? "30s",
      preAllocatedVUs: Math.ceil(vusMax / 3),
      maxVUs: vusMax,
      gracefulStop: `${secondsMax}s`,
    },
  };
}
