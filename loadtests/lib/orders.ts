import { sleep } from "k6";
import { Counter, Trend } from "k6/metrics";
import { type Product, pick } from "./catalog.ts";
import { type Answer, get, json, post, type Session, verify } from "./client.ts";
import { journaled, journalRead } from "./journal.ts";

export interface Order {
  id: string;
  status: string;
  lines: { sku: string; quantity: number }[];
}

const PAID_WITHIN_MS = 5_000;
const POLL_SECONDS = 0.25;

const ordersPaid = new Counter("orders_paid");
const ordersOutOfStock = new Counter("orders_out_of_stock");
const orderPaidAfter = new Trend("order_paid_after", true);

/** A variant of the product to order. `available` is a hint: the order decides, and its refusal is an answer too. */
export function skuInStock(product: string | undefined): string | undefined {
  const answer = get(`/v1/products/${product}`, { name: "GET /v1/products/:id" });
  if (!verify(answer, { "product is shown": () => answer.status === 200 })) return undefined;
  const sku = pick(json<Product>(answer).variants.filter((variant) => variant.available))?.sku;
  if (sku === undefined) ordersOutOfStock.add(1);
  return sku;
}

/** Every order of every journey is placed here: one unit of one SKU. Answers none where it is out of stock. */
export function placeOrder(me: Session, sku: string): Order | undefined {
  const key = crypto.randomUUID();
  const body = { lines: [{ sku, quantity: 1 }] };
  const headers = { "Idempotency-Key": key };
  const call = { name: "POST /v1/orders", as: me, headers, expected: [409] };
  const answer = journaled(me, key, body, () => post("/v1/orders", body, call));
  const outOfStock = answer.status === 409 && json<{ type: string }>(answer).type.endsWith("/out-of-stock");
  if (outOfStock) ordersOutOfStock.add(1);
  verify(answer, { "order is taken or out of stock": () => answer.status === 201 || outOfStock });
  return answer.status === 201 ? json<Order>(answer) : undefined;
}

export function pay(me: Session, order: Order): boolean {
  const call = { name: "POST /v1/orders/:id/payments", as: me };
  const answer = post(`/v1/orders/${order.id}/payments`, { paymentMethod: "pm_ok" }, call);
  return verify(answer, {
    "payment is accepted": () => answer.status === 201 && json<{ status: string }>(answer).status !== "failed",
  });
}

/** Asks for the order until it says that it is paid, as its buyer would. */
export function awaitPaid(me: Session, order: Order): void {
  const start = Date.now();
  let answer: Answer;
  do {
    answer = get(`/v1/orders/${order.id}`, { name: "GET /v1/orders/:id", as: me });
    journalRead(order.id, answer);
    if (isPaid(answer)) break;
    sleep(POLL_SECONDS);
  } while (Date.now() - start < PAID_WITHIN_MS);
  if (!verify(answer, { "order turns paid": () => isPaid(answer) })) return;
  ordersPaid.add(1);
  orderPaidAfter.add(Date.now() - start);
}

function isPaid(answer: Answer): boolean {
  return answer.status === 200 && json<Order>(answer).status === "paid";
}
