// A buyer opens a product, orders it, pays, looks whether the order is paid and, whatever became of it, lists the orders.
// Nobody tries again: each answer is noted as it came, with how long it took, for loadtests/faults/load.ts to read.
import { sleep } from "k6";
import { Trend } from "k6/metrics";
import type { Options } from "k6/options";
import { availableProducts, type Product, pick } from "../../lib/catalog.ts";
import { type Answer, buyer, get, json, logInBuyers, post, type Session } from "../../lib/client.ts";
import { seedDraws } from "../../lib/draws.ts";
import { journaled, journalRead } from "../../lib/journal.ts";
import { steady } from "../../lib/load.ts";
import type { Order } from "../../lib/orders.ts";

/** More than a journey takes that ends in a request without an answer. */
const JOURNEY_SECONDS_MAX = 20;
const LOOKS_MAX = 6;
const LOOK_EVERY_SECONDS = 0.5;

export const options: Options = { scenarios: steady(JOURNEY_SECONDS_MAX), setupTimeout: "2m" };

/** How long an answer took, by what it was. */
const answered = new Trend("answered", true);

export function setup() {
  return { products: availableProducts(), sessions: logInBuyers() };
}

export default function checkout({ products, sessions }: ReturnType<typeof setup>) {
  seedDraws();
  const me = buyer(sessions);
  const sku = look(pick(products));
  const order = sku === undefined ? undefined : place(me, sku);
  if (order !== undefined && pay(me, order))
    for (let looks = 0; looks < LOOKS_MAX && !isPaid(me, order); looks += 1) sleep(LOOK_EVERY_SECONDS);
  noted("read", () => get("/v1/orders?limit=20", { name: "GET /v1/orders", as: me }));
}

function look(product: string | undefined): string | undefined {
  const answer = noted("read", () => get(`/v1/products/${product}`, { name: "GET /v1/products/:id" }));
  if (answer.status !== 200) return undefined;
  return pick(json<Product>(answer).variants.filter((variant) => variant.available))?.sku;
}

function place(me: Session, sku: string): Order | undefined {
  const key = crypto.randomUUID();
  const body = { lines: [{ sku, quantity: 1 }] };
  const call = { name: "POST /v1/orders", as: me, headers: { "Idempotency-Key": key }, expected: [409] };
  const answer = noted("write", () => journaled(me, key, body, () => post("/v1/orders", body, call)));
  return answer.status === 201 ? json<Order>(answer) : undefined;
}

function pay(me: Session, { id }: Order): boolean {
  const call = { name: "POST /v1/orders/:id/payments", as: me };
  const answer = noted("write", () => post(`/v1/orders/${id}/payments`, { paymentMethod: "pm_ok" }, call));
  return answer.status === 201;
}

function isPaid(me: Session, { id }: Order): boolean {
  const answer = noted("read", () => get(`/v1/orders/${id}`, { name: "GET /v1/orders/:id", as: me }));
  journalRead(id, answer);
  return answer.status === 200 && json<Order>(answer).status === "paid";
}

function noted(kind: "read" | "write", send: () => Answer): Answer {
  const began = Date.now();
  const answer = send();
  const tags = {
    kind,
    status: String(answer.status),
    problem: problemOf(answer),
    patience: answer.headers["Retry-After"] === undefined ? "" : "told",
    code: String(answer.error_code),
  };
  answered.add(Date.now() - began, tags);
  return answer;
}

/** The slug of a problem+json. */
function problemOf(answer: Answer): string {
  if (!answer.headers["Content-Type"]?.startsWith("application/problem+json")) return "";
  return json<{ type: string }>(answer).type.replace(/^.*\//, "");
}
