import { describe, expect, test } from "bun:test";
import { adminToken, call, eventually, newProduct, newUser, placeOrder } from "../../../tests/support/client.ts";
import { openShop } from "../../../tests/support/shop.ts";

const put = async (sku: string, body: object) => call("PUT", `/v1/stock/${sku}`, { token: await adminToken(), body });

describe("counting stock", () => {
  test("sets what is there and records the difference, so that movements add up to it", async () => {
    const [sku = ""] = await newProduct(10);
    expect((await put(sku, { onHand: 4 })).body).toEqual({ sku, onHand: 4, reserved: 0, available: 4 });
    const { sql } = await openShop();
    const rows = await sql`select delta from checks.movements where sku = ${sku} order by at`;
    expect(rows.map((row) => row.delta)).toEqual([10, -6]);
  });

  test("refuses less than is reserved, and a count made from another one", async () => {
    const [sku = ""] = await newProduct(5);
    const { token } = await newUser();
    await placeOrder(token, [[sku, 3]]);
    const below = await put(sku, { onHand: 2 });
    expect([below.status, below.body.type.split("/").at(-1)]).toEqual([409, "stock-below-reserved"]);
    const stale = await put(sku, { onHand: 9, expectedOnHand: 4 });
    expect([stale.status, stale.body.onHand]).toEqual([412, 5]);
    expect((await put(sku, { onHand: 9, expectedOnHand: 5 })).body.available).toBe(6);
  });

  test("shows in the catalog when the last unit goes and when the first comes back", async () => {
    const [sku = ""] = await newProduct(1);
    const { sql } = await openShop();
    const [product] = await sql`select product_id as id from orders.prices where sku = ${sku}`;
    const availableIs = (expected: boolean) =>
      eventually(async () => {
        const { body } = await call("GET", `/v1/products/${product?.id}`, {
          headers: { "Read-Consistency": "strong" },
        });
        return body.variants[0].available === expected;
      });
    await availableIs(true);
    const { token } = await newUser();
    const { body: order } = await placeOrder(token, [[sku, 1]]);
    await availableIs(false);
    await call("POST", `/v1/orders/${order.id}/cancel`, { token });
    await availableIs(true);
  });

  test("refuses what is wrong with the body before it says that no SKU is written so", async () => {
    expect((await put("no%20sku", { onHand: -1 })).status).toBe(422);
    expect((await put("no%20sku", { onHand: 1 })).status).toBe(404);
  });

  test("lists stock by SKU, every SKU once", async () => {
    const token = await adminToken();
    const mine = await newProduct(1, 2, 3);
    const seen: string[] = [];
    let path: string | undefined = "/v1/stock?limit=100";
    while (path) {
      const page = await call("GET", path, { token });
      for (const row of page.body.data) seen.push(row.sku);
      path = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted());
    for (const sku of mine) expect(seen).toContain(sku);
  });
});
