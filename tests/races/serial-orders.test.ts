import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { operationOf, readDescription } from "../conformance/described.ts";
import { apiDocument } from "../support/api-document.ts";
import { invariants } from "../support/invariants.ts";
import { type OwnShop, openOwnShop } from "../support/own-shop.ts";
import { seeded } from "../support/seeded.ts";
import { accountFamilies } from "./families/accounts.ts";
import { administrationFamilies } from "./families/administration.ts";
import { cartFamilies } from "./families/carts.ts";
import { catalogFamilies } from "./families/catalog.ts";
import { couponFamilies } from "./families/coupons.ts";
import { orderFamilies } from "./families/orders.ts";
import { planted, plantedRoutes } from "./families/planted.ts";
import { stockFamilies } from "./families/stock.ts";
import { sent } from "./family.ts";
import { type Finding, nameOf, pairsOf, searchRaces } from "./search.ts";

// biome-ignore lint/style/noProcessEnv: a longer search is asked for so.
const asked = process.env.RACE_SECONDS;
const seconds = Number(asked ?? 30);
// biome-ignore lint/style/noProcessEnv: a failing run is repeated by its seed.
const seed = Number(process.env.RACE_SEED ?? Math.floor(Math.random() * 1e9));

const families = [
  ...orderFamilies,
  ...stockFamilies,
  ...couponFamilies,
  ...catalogFamilies,
  ...accountFamilies,
  ...cartFamilies,
  ...administrationFamilies,
];

/** One operation ends the session of the other, which an instance believes for up to a second more (contract, DELETE /v1/sessions). */
const believed = [
  ...["disable", "make operator", "make admin"].map((change) => `another's standing: ${change} | erase oneself`),
  "an account: reset the password | erase oneself",
  "an account: change the password by the other | erase oneself",
];

/** A payment begins and is captured: of an order that expires in between the money goes back (contract, 4). */
const inTwoSteps = ["pay", "pay with one key"].map((paying) => `a pending order: ${paying} | expire`);

/** Operations of the document that write and are in no pair, and why. */
const notRaced: Readonly<Record<string, string>> = {
  "POST /v1/quotes": "It writes nothing.",
  "POST /v1/batch": "Its parts are operations.",
  "POST /v1/ops/dead-events/{id}/replay": "What it does is a delivery, once by the inbox: src/operations.",
  "POST /v1/ops/replays": "What it does are deliveries, once by the inbox: src/operations.",
  "POST /v1/webhook-endpoints":
    "Its limit is of all worlds: src/services/notifications/webhooks/webhook-endpoints.test.ts reaches it by many at once.",
  "POST /v1/webhooks/{provider}":
    "What the provider says comes in any order: src/services/payments/receive-webhook.test.ts.",
};

/** Before a statement goes on its way. */
const delayMaxMs = 3;
/** Apart, since statements come in no order that the seed decides. */
const [random, randomDelay] = [seeded(seed), seeded(seed + 1)];
let shop: OwnShop;

beforeAll(async () => {
  shop = await openOwnShop({ plant: plantedRoutes, delayMs: () => Math.max(0, randomDelay() * 2 - 1) * delayMaxMs });
  await shop.sql`create table planted (id int generated always as identity, n int not null default 0)`;
}, 60_000);
afterAll(() => shop?.close());

/** Of the short search only what is met again within another one: a long one, which was asked for, is all believed. */
async function confirmed(findings: readonly Finding[]): Promise<readonly Finding[]> {
  if (asked !== undefined || findings.length === 0) return findings;
  console.log("met once:", JSON.stringify(findings, null, 2));
  const again = pairsOf(families).filter((pair) => findings.some(({ pair: name }) => name === nameOf(pair)));
  return (await searchRaces(shop, again, { random, seconds })).findings;
}

describe(`operations on the same things at once (seed ${seed})`, () => {
  test("a number that is read and written back is found (control), one that a statement adds to is not", async () => {
    const found = await searchRaces(shop, pairsOf([planted("careless")]), { random, seconds: 2 });
    expect(found.findings.map(({ pair }) => pair)).toContain("a number, careless: add | add");
    const sound = await searchRaces(shop, pairsOf([planted("atomic")]), { random, seconds: 1 });
    expect(sound.findings).toEqual([]);
  }, 60_000);

  test(
    "end as one after the other would: in the answers, and in what is left at rest",
    async () => {
      const pairs = pairsOf(families).filter((pair) => ![...believed, ...inTwoSteps].includes(nameOf(pair)));
      const { findings, runs, rounds } = await searchRaces(shop, pairs, { random, seconds });
      console.log(`seed ${seed}: ${pairs.length} pairs, ${runs} runs, round ${rounds}`);
      expect({ seed, findings: await confirmed(findings) }).toEqual({ seed, findings: [] });
    },
    (seconds + 300) * 1000,
  );

  test("leave every promise about the data kept", async () => {
    await shop.settle();
    expect((await invariants(shop.sql)).filter(({ violations }) => violations > 0)).toEqual([]);
  }, 60_000);

  test("are all operations that write", async () => {
    const described = readDescription(await apiDocument());
    const raced = new Set([...sent].map((request) => operationOf(described, request)?.name));
    const writing = described.operations.filter(({ method }) => method !== "GET").map(({ name }) => name);
    // Add the operation to a family in tests/races/families, or to `notRaced` with the reason.
    expect(writing.filter((name) => !raced.has(name) && !(name in notRaced))).toEqual([]);
    expect(Object.keys(notRaced).filter((name) => raced.has(name) || !writing.includes(name))).toEqual([]);
  });
});
