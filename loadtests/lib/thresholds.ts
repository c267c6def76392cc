import type { Options } from "k6/options";

type Thresholds = NonNullable<Options["thresholds"]>;

/** A smoke run on a busy machine is no measurement: it allows each time this many times over (`-e SLACK=10`). */
const slack = Number(__ENV.SLACK ?? 1);
const below = (p95: number, p99: number) => [`p(95)<${p95 * slack}`, `p(99)<${p99 * slack}`];

/** What every journey must keep. Times are milliseconds. */
const always: Thresholds = {
  dropped_iterations: ["count==0"],
  http_req_failed: ["rate<0.001"],
  checks: ["rate>0.999"],
  "http_req_duration{kind:read}": below(100, 250),
};

/** What a journey that orders must keep as well; an order turns paid within 2 s of its capture (api.md 1.7). */
const ordering: Thresholds = {
  "http_req_duration{kind:write}": below(300, 750),
  orders_paid: ["count>0"],
  order_paid_after: ["p(95)<2000"],
};

export const readingThresholds = always;
export const orderingThresholds = { ...always, ...ordering };

/** Each statistic that a threshold names is among them. */
export const trendStats = ["min", "med", "avg", "p(95)", "p(99)", "max", "count"];
