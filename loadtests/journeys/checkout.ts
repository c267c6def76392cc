// A buyer opens a product, orders one of its variants, pays, waits for `paid` and finds the order in the list.
import { check, sleep } from "k6";
import { Counter, Trend } from "k6/metrics";
import type { Options } from "k6/options";
import { availableProducts, type Page, type Product, pick } from "../lib/catalog.ts";
import { type Answer, buyer, get, json, logInBuyers, post, type Session } from "../lib/client.ts";
import { steady } from "../lib/load.ts";
import { orderingThresholds, trendStats } from "../lib/thresholds.ts";

interface Order {
  id: string;
  status: string;
}

const PAID_WITHIN_MS = 5_000;
const POLL_SECONDS = 0.25;

export const options: Options = {
  scenarios: steady(12),
  thresholds: orderingThresholds,
  summaryTrendStats: trendStats,
  setupTimeout: "2m",
};

const ordersPaid = new Counter("orders_paid");
const ordersOutOfStock = new Counter("orders_out_of_stock");
const orderPaidAfter = new Trend("order_paid_after", true);

export function setup() {
  return { products: availableProducts(), sessions: logInBuyers() };
}

export default function checkout({ products, sessions }: ReturnType<typeof setup>) {
  const me = buyer(sessions);
  const sku = skuInStock(products);
  const order = sku === undefined ? undefined : place(me, sku);
  if (order === undefined || !pay(me, order)) return;
  awaitPaid(me, order);
  const list = get("/v1/orders?limit=100", { name: "GET /v1/orders", as: me });
  check(list, {
    "my list holds my order": () =>
      list.status === 200 && json<Page<Order>>(list).data.some(({ id }) => id === order.id),
  });
}

/** `available` is a hint: the order decides, and its refusal is an answer like another. */
function skuInStock(products: string[]): string | undefined {
  const answer = get(`/v1/products/${pick(products)}`, { name: "GET /v1/products/:id" });
  if (!check(answer, { "product is shown": () => answer.status === 200 })) return undefined;
  const sku = pick(json<Product>(answer).variants.filter((variant) => variant.available))?.sku;
  if (sku === undefined) ordersOutOfStock.add(1);
  return sku;
}

function place(me: Session, sku: string): Order | undefined {
  const call = { name: "POST /v1/orders", as: me, expected: [409] };
  const answer = post("/v1/orders", { lines: [{ sku, quantity: 1 }] }, call);
  const outOfStock = answer.status === 409 && json<{ type: string }>(answer).type.endsWith("/out-of-stock");
  if (outOfStock) ordersOutOfStock.add(1);
  check(answer, { "order is taken or out of stock": () => answer.status === 201 || outOfStock });
  return answer.status === 201 ? json<Order>(answer) : undefined;
}

function pay(me: Session, order: Order): boolean {
  const call = { name: "POST /v1/orders/:id/payments", as: me };
  const answer = post(`/v1/orders/${order.id}/payments`, { paymentMethod: "pm_ok" }, call);
  return check(answer, {
    "payment is accepted": () => answer.status === 201 && json<{ status: string }>(answer).status !== "failed",
  });
}

function awaitPaid(me: Session, order: Order): void {
  const start = Date.now();
  let answer: Answer;
  do {
    answer = get(`/v1/orders/${order.id}`, { name: "GET /v1/orders/:id", as: me });
    if (isPaid(answer)) break;
    sleep(POLL_SECONDS);
  } while (Date.now() - start < PAID_WITHIN_MS);
  if (!check(answer, { "order turns paid": () => isPaid(answer) })) return;
  ordersPaid.add(1);
  orderPaidAfter.add(Date.now() - start);
}

function isPaid(answer: Answer): boolean {
  return answer.status === 200 && json<Order>(answer).status === "paid";
}
