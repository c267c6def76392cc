import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { adminToken, call, newProduct, newUser, placeOrder, pool, type User } from "../support/client.ts";
import { seeded } from "../support/seeded.ts";
import { openShop } from "../support/shop.ts";

async function buyers(count: number): Promise<User[]> {
  return pool(
    Array.from({ length: count }, () => () => newUser()),
    4,
  );
}

async function stockOf(sku: string) {
  const answer = await call("GET", `/v1/stock/${sku}`, { token: await adminToken() });
  return { onHand: answer.body.onHand, reserved: answer.body.reserved };
}

describe("a crowd for the last units", () => {
  test("600 buyers, 64 at a time, for 200 units: exactly 200 orders and 400 clear refusals", async () => {
    const crowd = await buyers(20);
    const [sku = ""] = await newProduct(200);
    const answers = await pool(
      Array.from({ length: 600 }, (_, index) => () => placeOrder(crowd[index % 20]?.token ?? "", [[sku, 1]])),
      64,
    );
    const refused = answers.filter((answer) => answer.status === 409);
    expect([answers.filter((answer) => answer.status === 201).length, refused.length]).toEqual([200, 400]);
    for (const { body } of refused) {
      expect(body.type).toEndWith("/out-of-stock");
      expect(body.skus).toEqual([sku]);
    }
    expect(await stockOf(sku)).toEqual({ onHand: 200, reserved: 200 });
  });

  test("orders of several lines in random order: no deadlock, no unit lost, no wrong refusal", async () => {
    const { sql } = await openShop();
    const seed = 20_261_124;
    const random = seeded(seed);
    const crowd = await buyers(10);
    const skus = await newProduct(60, 60, 60, 60, 60, 60);
    const before = await deadlocks(sql);
    const orders = Array.from({ length: 400 }, () => {
      const shuffled = skus.toSorted(() => random() - 0.5).slice(0, 1 + Math.floor(random() * 5));
      return shuffled.map((sku): [string, number] => [sku, 1 + Math.floor(random() * 3)]);
    });
    const answers = await pool(
      orders.map((lines, index) => () => placeOrder(crowd[index % 10]?.token ?? "", lines)),
      64,
    );
    expect({ seed, statuses: [...new Set(answers.map((answer) => answer.status))].sort() }).toEqual({
      seed,
      statuses: [201, 409],
    });
    const taken = new Map(skus.map((sku) => [sku, 0]));
    for (const [index, answer] of answers.entries())
      if (answer.status === 201)
        for (const [sku, quantity] of orders[index] ?? []) taken.set(sku, (taken.get(sku) ?? 0) + quantity);
    for (const sku of skus) expect(await stockOf(sku)).toEqual({ onHand: 60, reserved: taken.get(sku) ?? 0 });
    // What was refused at last, when nothing is in flight any more, does not fit.
    for (const [index, answer] of answers.entries()) {
      if (answer.status !== 409 || index < answers.length - 20) continue;
      const fits = (orders[index] ?? []).every(([sku, quantity]) => 60 - (taken.get(sku) ?? 0) >= quantity);
      expect({ seed, index, fits }).toEqual({ seed, index, fits: false });
    }
    expect(await deadlocks(sql)).toBe(before);
  });

  test("a good order is placed although orders beside it in the same statement are refused", async () => {
    const crowd = await buyers(8);
    const [scarce = "", plenty = ""] = await newProduct(1, 1000);
    const answers = await Promise.all(
      Array.from({ length: 96 }, (_, index) =>
        placeOrder(
          crowd[index % 8]?.token ?? "",
          index % 3 === 0
            ? [[plenty, 1]]
            : [
                [scarce, 1],
                [plenty, 1],
              ],
        ),
      ),
    );
    const statuses = (of: (index: number) => boolean) =>
      answers.filter((_, index) => of(index)).map(({ status }) => status);
    expect(new Set(statuses((index) => index % 3 === 0))).toEqual(new Set([201]));
    expect(statuses((index) => index % 3 !== 0).filter((status) => status === 201).length).toBe(1);
    for (const answer of answers.filter(({ status }) => status === 409)) expect(answer.body.skus).toEqual([scarce]);
    expect(await stockOf(plenty)).toEqual({ onHand: 1000, reserved: 33 });
  });

  test("one key 50 times at once is one order and takes its stock once", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(1);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => placeOrder(token, [[sku, 1]], key)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get("idempotency-replayed") === null).length).toBe(1);
    expect(await stockOf(sku)).toEqual({ onHand: 1, reserved: 1 });
  });
});

async function deadlocks(sql: Awaited<ReturnType<typeof openShop>>["sql"]): Promise<number> {
  const [row] = await sql`select deadlocks::int as count from pg_stat_database where datname = current_database()`;
  return row?.count ?? 0;
}
