// The mixed load for long: what it is in the last quarter of the time must be what it was in the first.
import exec from "k6/execution";
import type { Options } from "k6/options";
import { seedDraws } from "../lib/draws.ts";
import { arrivals, duration, rate } from "../lib/load.ts";
import { orderingThresholds, readTimes, trendStats, writeTimes } from "../lib/thresholds.ts";
import { openShop, type Shop, VISIT_SECONDS_MAX, visit } from "../lib/visits.ts";

export const options: Options = {
  scenarios: { soak: arrivals({ rate: rate(), duration: duration("30m"), secondsMax: VISIT_SECONDS_MAX }) },
  thresholds: {
    ...orderingThresholds,
    // judge.ts compares the two of each kind: a threshold of k6 knows one metric.
    "http_req_duration{kind:read,quarter:first}": readTimes,
    "http_req_duration{kind:read,quarter:last}": readTimes,
    "http_req_duration{kind:write,quarter:first}": writeTimes,
    "http_req_duration{kind:write,quarter:last}": writeTimes,
  },
  summaryTrendStats: trendStats,
  setupTimeout: "2m",
};

export const setup = openShop;

export default function soak(shop: Shop) {
  const { progress } = exec.scenario;
  exec.vu.metrics.tags.quarter = progress < 0.25 ? "first" : progress < 0.75 ? "middle" : "last";
  seedDraws();
  visit(shop);
}
