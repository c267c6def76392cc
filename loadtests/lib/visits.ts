import { sleep } from "k6";
import exec from "k6/execution";
import { availableProducts, type Page, pick } from "./catalog.ts";
import { buyer, get, json, logInBuyers, type Session, verify } from "./client.ts";
import { awaitPaid, type Order, pay, placeOrder, skuInStock } from "./orders.ts";
import { zipf } from "./zipf.ts";

/** Of ten visitors, in this order: two buy, one looks after an old order, the others leaf through the shop. */
const BLEND = [leaf, buy, leaf, leaf, leaf, buy, leaf, leaf, lookBack, leaf];
/** As YCSB draws its keys; requests for web pages were found at 0.6 to 0.8 (Breslau et al., INFOCOM 1999). */
const EXPONENT = 0.99;
/** Mean of the pauses before a click, and the longest of them in means. */
const THINK_SECONDS = Number(__ENV.THINK ?? "1");
const THINK_MAX = 3;
const PAGES_MAX = 10;

/** What a visit may take: three pauses, and the wait until the order is paid. */
export const VISIT_SECONDS_MAX = Math.ceil(3 * THINK_MAX * THINK_SECONDS) + 6;

export interface Shop {
  /** The most popular one first. */
  products: string[];
  sessions: Session[];
}

let popular: ((drawn: number) => number) | undefined;

export function openShop(): Shop {
  return { products: availableProducts(PAGES_MAX), sessions: logInBuyers() };
}

/** The visit that falls to this iteration. */
export function visit(shop: Shop): void {
  const visitor = BLEND[exec.scenario.iterationInTest % BLEND.length];
  visitor?.(shop);
}

function leaf(shop: Shop): void {
  const list = get("/v1/products", { name: "GET /v1/products" });
  if (!verify(list, { "page is read": () => list.status === 200 })) return;
  for (let looks = 0; looks < 3; looks += 1) {
    think();
    skuInStock(popularProduct(shop));
  }
}

function buy(shop: Shop): void {
  const me = buyer(shop.sessions);
  skuInStock(popularProduct(shop));
  think();
  const sku = skuInStock(popularProduct(shop));
  if (sku === undefined) return;
  think();
  const order = placeOrder(me, sku);
  if (order === undefined) return;
  think();
  if (pay(me, order)) awaitPaid(me, order);
}

function lookBack({ sessions }: Shop): void {
  const me = buyer(sessions);
  const list = get("/v1/orders", { name: "GET /v1/orders", as: me });
  if (!verify(list, { "my orders are listed": () => list.status === 200 })) return;
  const id = pick(json<Page<Order>>(list).data)?.id;
  if (id === undefined) return;
  think();
  const answer = get(`/v1/orders/${id}`, { name: "GET /v1/orders/:id", as: me });
  verify(answer, { "my order is shown": () => answer.status === 200 && json<Order>(answer).id === id });
}

function popularProduct({ products }: Shop): string | undefined {
  popular ??= zipf(products.length, EXPONENT);
  return products[popular(Math.random())];
}

/** Exponentially distributed, as between independent clicks. */
function think(): void {
  sleep(Math.min(-Math.log(1 - Math.random()), THINK_MAX) * THINK_SECONDS);
}
