import { callAt, pool } from "../support/client.ts";
import type { Invariant } from "../support/invariants.ts";
import { seeded } from "../support/seeded.ts";
import { type Buyer, buy, type JournalEntry, registerBuyers } from "./buyers.ts";
import type { CrashShop } from "./crash-shop.ts";
import { brokenMeanwhile } from "./promises.ts";

export interface StormOptions {
  readonly orders: number;
  readonly kills: number;
  readonly seed: number;
}

/** What the storm left behind outside of the shop. */
export interface Storm {
  readonly buyers: readonly Buyer[];
  readonly journal: readonly JournalEntry[];
  /** Promises that were broken meanwhile, as often as that was seen. */
  readonly broken: readonly Invariant[];
}

const buyersMax = 8;
const width = 24;
const plenty = 100_000;
const scarce = 60;
const watchEveryMs = 1_000;

/** Buyers place and pay orders, many at once, while the server is killed and restarted at seeded moments. */
export async function storm(shop: CrashShop, { orders, kills, seed }: StormOptions): Promise<Storm> {
  const random = seeded(seed);
  const buyers = await registerBuyers(shop, buyersMax);
  const skus = await stock(shop);
  const progress = { done: 0, over: false };
  const journal: JournalEntry[] = [];
  const purchases = Array.from({ length: orders }, (_, nth) => {
    const buyer = buyers[nth % buyers.length] as Buyer;
    const entry = { key: crypto.randomUUID(), userId: buyer.userId, lines: basket(skus, random), tries: 0 };
    const patient = random() < 0.9;
    journal.push(entry);
    return async () => {
      await buy(shop, buyer, entry, patient);
      progress.done++;
    };
  });
  const moments = Array.from({ length: kills }, () => Math.ceil(random() * orders * 0.95)).toSorted((a, b) => a - b);
  const load = pool(purchases, width).finally(() => {
    progress.over = true;
  });
  const [broken] = await Promise.all([watch(shop, progress), load, killAt(shop, moments, progress, random)]);
  return { buyers, journal, broken };
}

interface Progress {
  readonly done: number;
  readonly over: boolean;
}

async function watch(shop: CrashShop, progress: Progress): Promise<Invariant[]> {
  const broken: Invariant[] = [];
  for (; !progress.over; await Bun.sleep(watchEveryMs)) broken.push(...(await brokenMeanwhile(shop)));
  return broken;
}

/** Twelve SKUs of the sample data, the first of which sells out. */
async function stock(shop: CrashShop): Promise<string[]> {
  const rows = await shop.sql<{ sku: string }[]>`select sku from checks.stock where on_hand > 0 order by sku limit 12`;
  const { url } = shop.server;
  const session = await callAt(url, "POST", "/v1/sessions", {
    body: { email: "admin@headroom.local", password: "headroom-admin" },
  });
  for (const [nth, { sku }] of rows.entries()) {
    const body = { onHand: nth === 0 ? scarce : plenty };
    const counted = await callAt(url, "PUT", `/v1/stock/${sku}`, { token: session.body.accessToken, body });
    if (counted.status >= 300) throw new Error(`not counted: ${JSON.stringify(counted.body)}`);
  }
  return rows.map(({ sku }) => sku);
}

/** One to four SKUs; every tenth basket has the scarce one, so that clear refusals come under the kills too. */
function basket(skus: readonly string[], random: () => number): JournalEntry["lines"] {
  const [rare = "", ...usual] = skus;
  const shuffled = usual.map((sku) => ({ sku, at: random() })).toSorted((a, b) => a.at - b.at);
  const chosen = shuffled.slice(0, 1 + Math.floor(random() * 4)).map(({ sku }) => sku);
  if (random() < 0.1) chosen.push(rare);
  return chosen.map((sku) => ({ sku, quantity: 1 + Math.floor(random() * 3) }));
}

/**
 * Kills the server after so many orders were done: in the first half at a random moment then, in the second half when a
 * delivery's effects have just been committed, so that the death comes between the effects and the answer to the queue.
 * Not all along: the queue waits 1 s, 6 s, then 36 s, and few deliveries should come to the last.
 */
async function killAt(
  shop: CrashShop,
  moments: readonly number[],
  progress: Progress,
  random: () => number,
): Promise<void> {
  for (const [nth, after] of moments.entries()) {
    while (progress.done < after && !progress.over) await Bun.sleep(1);
    if (nth < moments.length / 2) await Bun.sleep(random() * 40);
    else await untilDelivery(shop);
    // A buyer failed: the storm is over, and so is the test.
    if (progress.over && progress.done < after) return;
    await shop.server.kill();
    if (nth < moments.length - 1) await letLeaseRunOut(shop);
    shop.server.restart();
  }
}

const deliveryWaitMs = 1_000;

async function untilDelivery({ sql }: CrashShop): Promise<void> {
  const count = async () => (await sql`select count(*)::int as count from notifications.notifications`)[0]?.count;
  const before = await count();
  for (const start = Date.now(); Date.now() - start < deliveryWaitMs; await Bun.sleep(1))
    if ((await count()) !== before) return;
}

/**
 * A relay that died in its round leaves its lease, for 15 s in which nothing would be delivered: nearly the whole storm.
 * Its process is dead, so it is as if that time had passed. The last kill's lease runs out by itself.
 */
async function letLeaseRunOut({ sql }: CrashShop): Promise<void> {
  await sql`update events.cursor set lease_until = '-infinity'`;
}
