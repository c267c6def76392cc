import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { call, eventually, newProduct, payOrder, pool } from "../support/client.ts";
import { erase, freeOfCharge, newPerson, orderTo, type Person } from "../support/persons.ts";
import { chargesOf } from "../support/sandbox.ts";
import { openShop } from "../support/shop.ts";

const rounds = 24;

/** The person's orders as they stand once nothing is under way. */
async function ordersOf({ id }: Person): Promise<{ id: string; status: string; address: unknown }[]> {
  const { sql } = await openShop();
  return sql`select id, status, shipping_address as address from orders.orders where user_id = ${id}`;
}

async function untilErased({ id }: Person): Promise<void> {
  const { sql } = await openShop();
  await eventually(async () => {
    const rows = await sql`select from orders.closures where user_id = ${id} and until = 'infinity'`;
    return rows.length === 1;
  }, 30_000);
}

const is = (answer: { status: number; body: { type?: string } }, status: number, slug: string) =>
  answer.status === status && answer.body.type?.endsWith(`/${slug}`) === true;

/** Up to some milliseconds, so that each round meets at another moment. */
const soon = (round: number) => Bun.sleep((round * 7) % 20);

describe("an erasure at the same moment as", () => {
  test("an order leaves either no order, or one that is cancelled and says nothing", async () => {
    const [sku = ""] = await newProduct(1_000);
    const outcomes = await pool(
      Array.from({ length: rounds }, (_, round) => async () => {
        const person = await newPerson();
        const [order, erased] = await Promise.all([orderTo(person, sku), soon(round).then(() => erase(person))]);
        expect(erased.status).toBe(202);
        expect(order.status === 201 || is(order, 401, "session-revoked")).toBe(true);
        await untilErased(person);
        const expected = order.status === 201 ? [{ id: order.body.id, status: "cancelled", address: null }] : [];
        expect(await ordersOf(person)).toEqual(expected);
        return order.status;
      }),
      4,
    );
    console.log(`orders before the erasure: ${outcomes.filter((status) => status === 201).length} of ${rounds}`);
  });

  test("an order that is paid at once comes behind it, or is refused by it: nobody is erased with a paid order", async () => {
    const [sku = ""] = await newProduct(1_000);
    const couponCode = await freeOfCharge();
    await pool(
      Array.from({ length: rounds }, (_, round) => async () => {
        const person = await newPerson();
        const [order, erased] = await Promise.all([
          orderTo(person, sku, { couponCode }),
          soon(round).then(() => erase(person)),
        ]);
        if (order.status === 201) {
          expect(order.body.status).toBe("paid");
          expect(is(erased, 409, "orders-open")).toBe(true);
          expect(await ordersOf(person)).toMatchObject([{ status: "paid", address: person.address }]);
        } else {
          expect(is(order, 401, "session-revoked")).toBe(true);
          expect(erased.status).toBe(202);
          expect(await ordersOf(person)).toEqual([]);
        }
      }),
      4,
    );
  });

  test("a payment leaves a paid order and an account, or neither and the money back", async () => {
    const { sql } = await openShop();
    const [sku = ""] = await newProduct(1_000);
    await pool(
      Array.from({ length: rounds }, (_, round) => async () => {
        const person = await newPerson();
        const { body: order } = await orderTo(person, sku);
        const method = ["pm_ok", "pm_slow", "pm_flaky"][round % 3];
        const [payment, erased] = await Promise.all([
          payOrder(person.token, order.id, method),
          soon(round * 3).then(() => erase(person)),
        ]);
        const charges = () => (payment.status === 201 ? chargesOf(payment.body.id) : Promise.resolve([]));
        if (erased.status === 409) {
          expect(is(erased, 409, "orders-open")).toBe(true);
          expect(await ordersOf(person)).toMatchObject([{ status: "paid", address: person.address }]);
          expect((await call("GET", "/v1/users/me", { token: person.token })).status).toBe(200);
          return;
        }
        expect(erased.status).toBe(202);
        await untilErased(person);
        expect(await ordersOf(person)).toMatchObject([{ status: "cancelled", address: null }]);
        await eventually(async () => {
          const rows = await sql`select status from payments.payments where user_id = ${person.id}`;
          const isOver = rows.every(({ status }) => status === "refunded" || status === "failed");
          const kept = (await charges()).filter(
            (charge) => charge.status === "captured" && charge.refunded < charge.amount,
          );
          return isOver && kept.length === 0;
        }, 60_000);
      }),
      4,
    );
  }, 120_000);

  test("an order that is being written waits for it, and finds the account closed", async () => {
    const { sql } = await openShop();
    const person = await newPerson();
    const [sku = ""] = await newProduct(5);
    const order = await sql.begin(async (tx) => {
      await tx`select orders.close_v1(${person.id}, interval '1 minute', '{paid,shipped}', null)`;
      const asked = orderTo(person, sku);
      await untilSomebodyWaits(tx);
      return [asked] as const;
    });
    expect(is(await order[0], 401, "session-revoked")).toBe(true);
    expect(await ordersOf(person)).toEqual([]);
  });

  test("one waits for an order that is being written, and cancels it, or is refused where it is paid", async () => {
    const { sql } = await openShop();
    for (const [total, status] of [
      [1_000, 202],
      [0, 409],
    ] as const) {
      const person = await newPerson();
      const [asked] = await sql.begin(async (tx) => {
        await tx`select orders.place_v3(${JSON.stringify([written(person, total)])}::text::jsonb, array[${person.id}]::uuid[], '15 minutes', '1 minute')`;
        const erasing = erase(person);
        await untilSomebodyWaits(tx);
        return [erasing] as const;
      });
      expect((await asked).status).toBe(status);
      expect((await ordersOf(person)).map((order) => order.status)).toEqual([total === 0 ? "paid" : "cancelled"]);
    }
  });

  test("an order written without a look at the account would be found: the control", async () => {
    const { sql } = await openShop();
    const person = await newPerson();
    expect((await erase(person)).status).toBe(202);
    await untilErased(person);
    const rows = JSON.stringify([written(person, 0)]);
    await sql`select orders.place_v2(${rows}::text::jsonb, '15 minutes', '1 minute')`;
    expect(await ordersOf(person)).toMatchObject([{ status: "paid" }]);
    // Heard again, the erasure leaves it neither paid nor his.
    await sql`select orders.erase_v1(${`{${person.id}}`}::uuid[], '{pending,paid}', null)`;
    expect(await ordersOf(person)).toMatchObject([{ status: "cancelled" }]);
  });

  test("a cart leaves none behind", async () => {
    const { sql } = await openShop();
    const [sku = ""] = await newProduct(5);
    const person = await newPerson();
    const [asked] = await sql.begin(async (tx) => {
      await tx`select orders.erase_v1(${`{${person.id}}`}::uuid[], '{pending,paid}', null)`;
      const body = { lines: [{ sku, quantity: 1 }] };
      const writing = call("PUT", "/v1/cart", { token: person.token, body });
      await untilSomebodyWaits(tx);
      return [writing] as const;
    });
    expect(is(await asked, 401, "session-revoked")).toBe(true);
    expect((await sql`select from orders.carts where user_id = ${person.id}`).length).toBe(0);
  });

  test("one that broke off behind the orders' decision leaves an account that may order again, and be erased again", async () => {
    const { sql } = await openShop();
    const person = await newPerson();
    const [sku = ""] = await newProduct(1_000);
    await sql`select orders.close_v1(${person.id}, interval '1 second', '{paid,shipped}', null)`;
    expect(is(await orderTo(person, sku), 401, "session-revoked")).toBe(true);
    const placed = await eventually(async () => {
      const order = await orderTo(person, sku);
      return order.status === 201 && order;
    });
    expect(placed.body.status).toBe("pending");
    expect((await erase(person)).status).toBe(202);
  });
});

async function untilSomebodyWaits(sql: { unsafe: (text: string) => PromiseLike<readonly unknown[]> }): Promise<void> {
  await eventually(async () => (await sql.unsafe("select from pg_locks where not granted")).length > 0);
}

/** As the application writes an order, without what it asks of others before. */
function written({ id: user_id }: Person, total: number) {
  const lines = [{ sku: "written", name: "W", quantity: 1, unitPrice: { amount: total, currency: "USD" } }];
  const sums = { subtotal: total, discount: 0, shipping: 0, tax: 0, total, currency: "USD", coupon: null };
  const times = { reserved_at: new Date().toISOString(), traceparent: null };
  return { id: randomUUID(), user_id, body_hash: "", lines, ...sums, metadata: {}, ...times };
}
