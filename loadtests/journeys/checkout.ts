// A buyer opens a product, orders one of its variants, pays, waits for `paid` and finds the order in the list.
import type { Options } from "k6/options";
import { availableProducts, type Page, pick } from "../lib/catalog.ts";
import { buyer, get, json, logInBuyers, verify } from "../lib/client.ts";
import { seedDraws } from "../lib/draws.ts";
import { steady } from "../lib/load.ts";
import { awaitPaid, type Order, pay, placeOrder, skuInStock } from "../lib/orders.ts";
import { orderingThresholds, trendStats } from "../lib/thresholds.ts";

export const options: Options = {
  scenarios: steady(12),
  thresholds: orderingThresholds,
  summaryTrendStats: trendStats,
  setupTimeout: "2m",
};

export function setup() {
  return { products: availableProducts(), sessions: logInBuyers() };
}

export default function checkout({ products, sessions }: ReturnType<typeof setup>) {
  seedDraws();
  const me = buyer(sessions);
  const sku = skuInStock(pick(products));
  const order = sku === undefined ? undefined : placeOrder(me, sku);
  if (order === undefined || !pay(me, order)) return;
  awaitPaid(me, order);
  const list = get("/v1/orders?limit=100", { name: "GET /v1/orders", as: me });
  verify(list, {
    "my list holds my order": () =>
      list.status === 200 && json<Page<Order>>(list).data.some(({ id }) => id === order.id),
  });
}
