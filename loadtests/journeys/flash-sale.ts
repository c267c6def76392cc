// A crowd wants one new product of which there are fewer units than buyers. It is made in set-up and withdrawn after.
import { check, sleep } from "k6";
import { Counter, Gauge } from "k6/metrics";
import type { Options } from "k6/options";
import { availableProducts, type Page, type Product } from "../lib/catalog.ts";
import { buyer, get, json, logInAdmin, logInBuyers, post, put, remove, type Session } from "../lib/client.ts";
import { arrivals, duration, rate } from "../lib/load.ts";
import { type Order, pay, placeOrder } from "../lib/orders.ts";
import { readingThresholds, trendStats, writeTimes } from "../lib/thresholds.ts";

const crowd = { rate: rate(50), duration: duration("10s"), secondsMax: 12 };
const UNITS = Number(__ENV.UNITS ?? Math.ceil((crowd.rate * crowd.duration) / 5));
const KNOWN_WITHIN_MS = 10_000;
/** 1,000 orders of one buyer. */
const PAGES_MAX = 10;

export const options: Options = {
  scenarios: { crowd: arrivals(crowd) },
  thresholds: {
    ...readingThresholds,
    "http_req_duration{kind:write}": writeTimes,
    units_sold: ["count>0", `count<=${UNITS}`],
    orders_out_of_stock: ["count>0"],
    "checks{about:stock}": ["rate==1"],
  },
  summaryTrendStats: trendStats,
  setupTimeout: "2m",
};

/** By the answers that buyers got, by their lists of orders, and by the stock. */
const unitsSold = new Counter("units_sold");
const unitsOrdered = new Gauge("units_ordered");
const unitsLeft = new Gauge("units_left");

export function setup() {
  const admin = logInAdmin();
  const { id, sku } = announce(admin);
  awaitKnown(admin, sku);
  count(admin, sku, UNITS);
  return { admin, id, sku, sessions: logInBuyers() };
}

export default function flashSale({ sku, sessions }: ReturnType<typeof setup>) {
  const me = buyer(sessions);
  const order = placeOrder(me, sku);
  if (order === undefined) return;
  unitsSold.add(1);
  pay(me, order);
}

/** The stock must have lost exactly what the buyers' own lists of orders say they got. */
export function teardown({ admin, id, sku, sessions }: ReturnType<typeof setup>) {
  const answer = get(`/v1/stock/${sku}`, { name: "GET /v1/stock/:sku", as: admin });
  const { available } = json<{ available: number }>(answer);
  const ordered = sessions.reduce((sum, session) => sum + orderedBy(session, sku), 0);
  unitsOrdered.add(ordered);
  unitsLeft.add(available);
  const about = { about: "stock" };
  check(available, { "the stock is not below zero": () => available >= 0 }, about);
  check(available, { "the stock lost what was ordered": () => UNITS - available === ordered }, about);
  check(available, { "nobody was refused while there were units": () => available === 0 }, about);
  remove(`/v1/products/${id}`, { name: "DELETE /v1/products/:id", as: admin });
}

function announce(admin: Session): { id: string; sku: string } {
  const [other] = availableProducts();
  const { category, price } = json<Product>(get(`/v1/products/${other}`, { name: "GET /v1/products/:id" }));
  const id = crypto.randomUUID();
  const sku = `FLASH-${id.slice(0, 8)}`;
  const product = {
    slug: sku.toLowerCase(),
    name: "Flash sale",
    description: "One product, a few units, a crowd.",
    category,
    variants: [{ sku, name: "The one", price }],
  };
  const answer = put(`/v1/products/${id}`, product, { name: "PUT /v1/products/:id", as: admin });
  if (answer.status !== 201) throw new Error(`the product could not be made: ${answer.status} ${answer.body}`);
  return { id, sku };
}

/** Orders hear of a product by its event; from then on it is out of stock rather than unknown. */
function awaitKnown(admin: Session, sku: string): void {
  const call = { name: "POST /v1/orders (known?)", as: admin, expected: [409, 422] };
  for (const start = Date.now(); Date.now() - start < KNOWN_WITHIN_MS; sleep(0.25)) {
    if (post("/v1/orders", { lines: [{ sku, quantity: 1 }] }, call).status === 409) return;
  }
  throw new Error(`${sku} is unknown to orders ${KNOWN_WITHIN_MS / 1000} s after it was made`);
}

function count(admin: Session, sku: string, onHand: number): void {
  const answer = put(`/v1/stock/${sku}`, { onHand }, { name: "PUT /v1/stock/:sku", as: admin });
  if (answer.status !== 200) throw new Error(`the stock could not be set: ${answer.status} ${answer.body}`);
}

function orderedBy(me: Session, sku: string): number {
  let units = 0;
  let cursor: string | null = "";
  for (let page = 0; page < PAGES_MAX && cursor !== null; page += 1) {
    const behind: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const strong = { "Read-Consistency": "strong" };
    const answer = get(`/v1/orders?limit=100${behind}`, { name: "GET /v1/orders", as: me, headers: strong });
    const { data, nextCursor } = json<Page<Order>>(answer);
    const lines = data.flatMap((order) => order.lines).filter((line) => line.sku === sku);
    units += lines.reduce((sum, { quantity }) => sum + quantity, 0);
    cursor = nextCursor;
  }
  return units;
}
