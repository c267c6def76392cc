// Visitors come at a base rate, then suddenly SPIKE times as many (default 5), then as before. The shop may refuse some
// of the crowd, and nobody soon after.
import type { Options } from "k6/options";
import { seedDraws } from "../lib/draws.ts";
import { arrivals, duration, rate } from "../lib/load.ts";
import { crowdedTimes, honestThresholds, readTimes, trendStats, writeTimes } from "../lib/thresholds.ts";
import { openShop, type Shop, VISIT_SECONDS_MAX, visit } from "../lib/visits.ts";

const SPIKE = Number(__ENV.SPIKE ?? "5");
/** The share of requests that may be refused, with a Retry-After, in the spike and until it has recovered. */
const SHED_MAX = Number(__ENV.SHED_MAX ?? "0.5");
const base = rate();
const seconds = duration("2m");

/** `share` of the whole time. What the spike left in the queues may show in `recovery`, and nowhere later. */
function phase(name: string, arriving: number, from: number, share: number) {
  const secondsMax = VISIT_SECONDS_MAX;
  return arrivals({
    rate: arriving,
    start: seconds * from,
    duration: seconds * share,
    secondsMax,
    tags: { phase: name },
  });
}

export const options: Options = {
  scenarios: {
    before: phase("before", base, 0, 0.3),
    spike: phase("spike", base * SPIKE, 0.3, 0.3),
    recovery: phase("recovery", base, 0.6, 0.1),
    after: phase("after", base, 0.7, 0.3),
  },
  thresholds: {
    ...honestThresholds,
    "requests_shed{phase:before}": ["rate==0"],
    "requests_shed{phase:spike}": [`rate<=${SHED_MAX}`],
    "requests_shed{phase:recovery}": [`rate<=${SHED_MAX}`],
    "requests_shed{phase:after}": ["rate==0"],
    "requests_failed{phase:spike}": ["rate<0.001"],
    "http_req_duration{phase:spike,expected_response:true}": crowdedTimes,
    "http_req_duration{kind:read,phase:before}": readTimes,
    "http_req_duration{kind:read,phase:after}": readTimes,
    "http_req_duration{kind:write,phase:after}": writeTimes,
    "iterations{phase:after}": ["count>0"],
    orders_paid: ["count>0"],
  },
  summaryTrendStats: trendStats,
  setupTimeout: "2m",
};

export const setup = openShop;

export default function spike(shop: Shop) {
  seedDraws();
  visit(shop);
}
