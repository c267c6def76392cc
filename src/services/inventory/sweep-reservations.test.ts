import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { adminToken, call, newProduct, newUser, placeOrder } from "../../../tests/support/client.ts";
import { openShop } from "../../../tests/support/shop.ts";
import { derivedId } from "../../platform/hash.ts";
import { backgroundScope } from "../../platform/scope.ts";
import { reserve } from "./reserve.ts";
import { sweepReservations } from "./sweep-reservations.ts";

async function stockOf(sku: string) {
  const { body } = await call("GET", `/v1/stock/${sku}`, { token: await adminToken() });
  return { onHand: body.onHand, reserved: body.reserved };
}

async function sweep(): Promise<void> {
  const { deps } = await openShop();
  await sweepReservations(backgroundScope(deps, { about: { job: "test" } }));
}

/** Holds stock for an order that never comes: what a crash between reserve and place leaves. */
async function holdWithoutOrder(userId: string, key: string, sku: string) {
  const { deps } = await openShop();
  const orderId = derivedId("order", userId, key);
  const scope = backgroundScope(deps, { about: {} });
  const outcome = await reserve(scope, { orderId, userId, bodyHash: "crashed", lines: [{ sku, quantity: 2 }] });
  return { orderId, outcome };
}

async function age(orderId: string, seconds: number): Promise<void> {
  const { sql } = await openShop();
  await sql`update inventory.reservations set reserved_at = now() - ${`${seconds} seconds`}::interval where order_id = ${orderId}`;
  // The passes' cursors are past that time already; a row that was really that old would have been in front of them.
  await sql`delete from inventory.sweeps`;
}

async function stateOf(orderId: string): Promise<string | undefined> {
  const { sql } = await openShop();
  const [row] = await sql`select state from checks.reservations where order_id = ${orderId}`;
  return row?.state;
}

describe("a reservation whose order never came", () => {
  test("is left alone within its grace, then forgotten, and its units are free again", async () => {
    const { id: userId, token } = await newUser();
    const [sku = ""] = await newProduct(2);
    const { orderId, outcome } = await holdWithoutOrder(userId, randomUUID(), sku);
    expect(outcome.outcome).toBe("held");
    await sweep();
    expect(await stateOf(orderId)).toBe("held");
    expect((await placeOrder(token, [[sku, 1]])).status).toBe(409);
    await age(orderId, 121);
    await sweep();
    expect(await stateOf(orderId)).toBeUndefined();
    expect(await stockOf(sku)).toEqual({ onHand: 2, reserved: 0 });
    expect((await placeOrder(token, [[sku, 1]])).status).toBe(201);
  });

  test("past half its grace takes no order any more: the retry is told when to come back", async () => {
    const { token, id: userId } = await newUser();
    const [sku = ""] = await newProduct(2);
    const key = randomUUID();
    const orderId = derivedId("order", userId, key);
    const { sql } = await openShop();
    // The crashed attempt's own reservation: same id, same body.
    const first = await placeOrder(token, [[sku, 2]], key);
    await sql`delete from orders.orders where user_id = ${userId} and id = ${first.body.id}`;
    expect(first.body.id).toBe(orderId);
    await age(orderId, 61);
    const late = await placeOrder(token, [[sku, 2]], key);
    expect([late.status, late.headers.get("retry-after")]).toEqual([503, "120"]);
    await age(orderId, 121);
    await sweep();
    expect((await placeOrder(token, [[sku, 2]], key)).status).toBe(201);
    expect(await stockOf(sku)).toEqual({ onHand: 2, reserved: 2 });
  });
});

describe("a reservation whose order's end was never told", () => {
  test.each([
    ["paid", "committed", { onHand: 3, reserved: 0 }],
    ["expired", "released", { onHand: 5, reserved: 0 }],
    ["cancelled", "released", { onHand: 5, reserved: 0 }],
  ])("of an order that is %s is %s by the sweep", async (status, state, stock) => {
    const { token, id: userId } = await newUser();
    const [sku = ""] = await newProduct(5);
    const { body: order } = await placeOrder(token, [[sku, 2]]);
    const { sql } = await openShop();
    await sql`update orders.orders set status = ${status} where user_id = ${userId} and id = ${order.id}`;
    await age(order.id, 130);
    await sweep();
    expect(await stateOf(order.id)).toBe(state);
    expect(await stockOf(sku)).toEqual(stock);
    await sweep();
    expect(await stockOf(sku)).toEqual(stock);
  });

  test("of an order that is still pending past its life is kept and looked at again", async () => {
    const { token, id: userId } = await newUser();
    const [sku = ""] = await newProduct(5);
    const { body: order } = await placeOrder(token, [[sku, 2]]);
    await age(order.id, 5_000);
    await sweep();
    await sweep();
    expect(await stateOf(order.id)).toBe("held");
    const { sql } = await openShop();
    await sql`update orders.orders set status = 'expired' where user_id = ${userId} and id = ${order.id}`;
    await sweep();
    expect(await stateOf(order.id)).toBe("released");
  });
});
