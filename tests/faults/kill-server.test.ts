// kill -9 of the real server during a storm of orders, at seeded random moments. CRASH_SEED=<number> repeats the storm
// of a run that failed: the same baskets, the same moments.
import { afterEach, describe, expect, test } from "bun:test";
import { eventually, pool } from "../support/client.ts";
import { orderIn, place } from "./buyers.ts";
import { type CrashShop, graceSeconds, openCrashShop } from "./crash-shop.ts";
import { faults } from "./planted.ts";
import { brokenPromises, toldTwice } from "./promises.ts";
import { type Storm, storm } from "./storm.ts";

// biome-ignore lint/style/noProcessEnv: the one setting of this file, see above.
const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 1e9));
const settleMs = 90_000;
const sampleMax = 200;

let shop: CrashShop | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
}, 60_000);

describe("kill -9 of the server", () => {
  test("20 times during 2,000 orders: none is lost, doubled, oversold or charged twice", async () => {
    console.log(`CRASH_SEED=${seed}`);
    shop = await openCrashShop("src/bun.ts");
    const after = await storm(shop, { orders: 2_000, kills: 20, seed });
    expect(stormy(after)).toEqual({ answers: [201, 409, undefined], retried: true });
    await rest(shop, after);
    await sendAgain(shop, after);
    expect({ seed, meanwhile: after.broken, broken: await brokenPromises(shop, after) }).toEqual({
      seed,
      meanwhile: [],
      broken: [],
    });
    for (const { breaks, plant } of faults) {
      await plant(shop, after);
      expect((await brokenPromises(shop, after)).map(({ name }) => name)).toContain(breaks);
    }
  }, 240_000);

  // The same storm over a server whose inbox lets every delivery through. Half of its kills come between the effects of
  // a delivery and the answer to the queue, which therefore brings it again: with nothing forced, the checks that pass
  // above find what buyers see, the same news told twice. The other effects stand by what else guards them: an order's
  // state, the mail's idempotency key.
  test("does harm that these checks find once the inbox is switched off", async () => {
    shop = await openCrashShop("tests/faults/server-without-inbox.ts");
    const after = await storm(shop, { orders: 300, kills: 6, seed });
    const of = shop;
    const found = async () => (await brokenPromises(of, after)).find(({ name }) => name === toldTwice);
    const doubled = await eventually(found, settleMs);
    expect(doubled.violations).toBeGreaterThan(0);
  }, 150_000);
});

/** What makes a storm one: buyers were refused, cut off and had to try again. */
function stormy({ journal }: Storm) {
  const answers = [...new Set(journal.map(({ status }) => status))].toSorted();
  return { answers, retried: journal.filter(({ status, tries }) => status === 201 && tries > 2).length > 100 };
}

/** Until all effects are there, and past the grace, in which an unfinished order may hold its stock. */
async function rest(of: CrashShop, after: Storm): Promise<void> {
  await Bun.sleep(graceSeconds * 1000);
  const end = Date.now() + settleMs;
  while (Date.now() < end && (await brokenPromises(of, after)).length > 0) await Bun.sleep(1_500);
}

/** Keys of answered orders, sent again, answer what they answered before. */
async function sendAgain(to: CrashShop, { buyers, journal }: Storm): Promise<void> {
  const answered = journal.filter(({ order }) => order !== undefined).slice(-sampleMax);
  const again = await pool(
    answered.map((entry) => async () => {
      const buyer = buyers.find(({ userId }) => userId === entry.userId);
      const answer = buyer && (await place(to, buyer, { ...entry }, true));
      return { replayed: answer?.headers.get("idempotency-replayed"), order: answer && orderIn(answer.body) };
    }),
    8,
  );
  expect(again).toEqual(answered.map(({ order }) => ({ replayed: "true", order })));
}
