import type { Options } from "k6/options";

type Thresholds = NonNullable<Options["thresholds"]>;

/** A smoke run on a busy machine is no measurement: it allows each time this many times over (`-e SLACK=10`). */
const slack = Number(__ENV.SLACK ?? 1);
const below = (p95: number, p99: number) => [`p(95)<${p95 * slack}`, `p(99)<${p99 * slack}`];

/** Times are milliseconds. */
export const readTimes = below(100, 250);
export const writeTimes = below(300, 750);
/** A log-in may wait 2 s for its turn, and then hashes a password. */
export const logInTimes = below(3_500, 4_500);
/** Of whom a crowd leaves room for. */
export const crowdedTimes = below(2_000, 5_000);

/** What every journey must keep, also one whose requests may be shed. */
export const honestThresholds: Thresholds = {
  dropped_iterations: ["count==0"],
  requests_failed: ["rate<0.001"],
  checks: ["rate>0.999"],
};

export const readingThresholds: Thresholds = {
  ...honestThresholds,
  requests_shed: ["rate==0"],
  "http_req_duration{kind:read}": readTimes,
};

/** What a journey that orders must keep as well; an order turns paid within 2 s of its capture (api.md 1.7). */
export const orderingThresholds: Thresholds = {
  ...readingThresholds,
  "http_req_duration{kind:write}": writeTimes,
  orders_paid: ["count>0"],
  order_paid_after: ["p(95)<2000"],
};

/** Each statistic that a threshold names is among them. */
export const trendStats = ["min", "med", "avg", "p(95)", "p(99)", "max", "count"];
