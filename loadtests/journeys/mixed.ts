// Visitors who leaf through popular products, buy them and look after their orders, with pauses to think.
import type { Options } from "k6/options";
import { seedDraws } from "../lib/draws.ts";
import { steady } from "../lib/load.ts";
import { orderingThresholds, trendStats } from "../lib/thresholds.ts";
import { openShop, type Shop, VISIT_SECONDS_MAX, visit } from "../lib/visits.ts";

export const options: Options = {
  scenarios: steady(VISIT_SECONDS_MAX),
  thresholds: orderingThresholds,
  summaryTrendStats: trendStats,
  setupTimeout: "2m",
};

export const setup = openShop;

export default function mixed(shop: Shop) {
  seedDraws();
  visit(shop);
}
