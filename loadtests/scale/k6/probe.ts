// What a probe adds to a journey: its rate to the hundredth, a start that is not counted, and a summary to a file.
import exec from "k6/execution";
import { Gauge } from "k6/metrics";
import type { Options, Scenario } from "k6/options";

const warmUpSeconds = Number(__ENV.WARM_UP_SECONDS ?? "0");

/** A rate that loses a single journey is not held: no need to go on. */
const none = [{ threshold: "count==0", abortOnFail: true }];
/** k6 keeps a figure of what has a tag where a threshold names it. */
const measured = {
  "http_req_duration{phase:counted,kind:read}": ["max>=0"],
  "http_req_duration{phase:counted,kind:write}": ["max>=0"],
  "requests_failed{phase:counted}": ["rate>=0"],
  "requests_shed{phase:counted}": ["rate>=0"],
  "http_reqs{phase:counted}": ["count>=0"],
  "iterations{phase:counted}": ["count>=0"],
  "checks{phase:counted}": ["rate>=0"],
};

const countingSince = new Gauge("counting_since");

/**
 * With RATE an open load for WARM_UP_SECONDS and then SECONDS; with JOURNEYS so many, as fast as 20 users at most do them.
 * `journeySeconds` is how long a journey takes at most while a rate is held: so many virtual users there are.
 */
export function probeOptions(journeySeconds: number): Options {
  return {
    scenarios: { probe: __ENV.JOURNEYS === undefined ? open(journeySeconds) : closed(Number(__ENV.JOURNEYS)) },
    thresholds: { dropped_iterations: none, ...measured },
    summaryTrendStats: ["med", "avg", "p(95)", "p(99)", "max", "count"],
    setupTimeout: "2m",
  };
}

function open(journeySeconds: number): Scenario {
  const rate = Number(__ENV.RATE);
  const users = Math.ceil(rate * journeySeconds) + 20;
  return {
    executor: "constant-arrival-rate",
    rate: Math.round(rate * 100),
    timeUnit: "100s",
    duration: `${warmUpSeconds + Number(__ENV.SECONDS)}s`,
    preAllocatedVUs: users,
    maxVUs: users,
    gracefulStop: "6s",
  };
}

function closed(journeys: number): Scenario {
  return { executor: "shared-iterations", vus: Math.min(20, journeys), iterations: journeys, maxDuration: "5m" };
}

/** Tags what the virtual user does next by whether it counts. */
export function enterPhase(): void {
  const since = exec.scenario.startTime + warmUpSeconds * 1000;
  exec.vu.metrics.tags.phase = Date.now() < since ? "warm-up" : "counted";
  countingSince.add(since);
}

/** All metrics, to a file: `handleSummary` of each script. */
export function writeSummary(data: unknown) {
  return { [__ENV.SUMMARY ?? "summary.json"]: JSON.stringify(data) };
}
