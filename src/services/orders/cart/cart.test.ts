import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import {
  adminToken,
  call,
  callAt,
  eventually,
  newProduct,
  newUser,
  placeOrder,
} from "../../../../tests/support/client.ts";
import { openShop, openTestDeps } from "../../../../tests/support/shop.ts";
import { app } from "../../../app.ts";
import { readConfig } from "../../../platform/config.ts";

const slugOf = (answer: { body: { type?: string } }) => answer.body.type?.split("/").at(-1);
const quote = (body: object) => call("POST", "/v1/quotes", { body });
const usd = (amount: number) => ({ amount, currency: "USD" });
const address = { name: "Ana", line1: "1 Street", city: "Town", postalCode: "1", country: "DE" };

describe("a quote", () => {
  test("says what an order would cost and whether there is enough, and reserves nothing", async () => {
    const [many = "", few = ""] = await newProduct(10, 1);
    const lines = [
      { sku: few, quantity: 2 },
      { sku: many, quantity: 1 },
      { sku: many, quantity: 1 },
    ];
    const { status, body } = await quote({ lines });
    expect(status).toBe(200);
    expect(body).toEqual({
      lines: [
        { sku: many, name: "Test thing, V0", quantity: 2, unitPrice: usd(1000), total: usd(2000), available: true },
        { sku: few, name: "Test thing, V1", quantity: 2, unitPrice: usd(1001), total: usd(2002), available: false },
      ],
      ...{ subtotal: usd(4002), discount: usd(0), shipping: usd(0), tax: usd(0), total: usd(4002) },
    });
    const stock = await call("GET", `/v1/stock/${many}`, { token: await adminToken() });
    expect(stock.body.reserved).toBe(0);
  });

  test("is what the order then costs, with a coupon as without", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(10);
    const code = `Q-${randomUUID()}`;
    await call("PUT", `/v1/coupons/${code}`, { token: await adminToken(), body: { percentOff: 33, limit: 1 } });
    const basket = { lines: [{ sku, quantity: 3 }], couponCode: code, shippingAddress: address };
    const { body: quoted } = await quote(basket);
    expect([quoted.discount, quoted.total]).toEqual([usd(990), usd(2010)]);
    const placed = await call("POST", "/v1/orders", {
      token,
      key: "k",
      body: { ...basket, expectedTotal: quoted.total },
    });
    expect(placed.status).toBe(201);
    expect(placed.body.total).toEqual(quoted.total);
    const late = await quote(basket);
    expect([late.status, slugOf(late)]).toEqual([409, "coupon-exhausted"]);
    expect(slugOf(await quote({ ...basket, couponCode: "NO-SUCH-CODE" }))).toBe("coupon-invalid");
    expect(slugOf(await quote({ lines: [{ sku: "no-such-sku", quantity: 1 }] }))).toBe("sku-unknown");
    expect(slugOf(await quote({ lines: [] }))).toBe("invalid-request");
  });

  test("adds shipping, and tax by the country that it goes to", async () => {
    const { env, url } = await openShop();
    const [sku = ""] = await newProduct(10);
    const deps = openTestDeps(readConfig({ ...env, PUBLIC_URL: url, SHIPPING_FLAT: "500", TAX_RATES: "DE:19,CH:8.1" }));
    const sums = async (country?: string) => {
      const body = {
        lines: [{ sku, quantity: 1 }],
        ...(country === undefined ? {} : { shippingAddress: { ...address, country } }),
      };
      const headers = { "Content-Type": "application/json" };
      const answer = await app.request("/v1/quotes", { method: "POST", headers, body: JSON.stringify(body) }, deps);
      const { shipping, tax, total } = (await answer.json()) as Record<string, { amount: number }>;
      return [shipping, tax, total].map((sum) => sum?.amount);
    };
    try {
      expect(await sums("DE")).toEqual([500, 285, 1785]);
      expect(await sums("CH")).toEqual([500, 122, 1622]); // 121.5, to the nearest cent
      expect(await sums("FR")).toEqual([500, 0, 1500]);
      expect(await sums()).toEqual([500, 0, 1500]);
    } finally {
      await deps.close();
    }
  });
});

describe("a cart", () => {
  const put = (token: string, lines: object[], ifMatch?: string) =>
    call("PUT", "/v1/cart", {
      token,
      body: { lines },
      ...(ifMatch === undefined ? {} : { headers: { "If-Match": ifMatch } }),
    });

  test("is empty at first, then what its owner wrote last, and nobody else's", async () => {
    const [{ token }, stranger] = [await newUser(), await newUser()];
    const [sku = ""] = await newProduct(10);
    const empty = await call("GET", "/v1/cart", { token });
    expect([empty.status, empty.body.lines, empty.body.total, empty.body.version]).toEqual([200, [], usd(0), 0]);
    const first = await put(token, [{ sku, quantity: 3 }]);
    expect([first.status, first.body.version, first.headers.get("etag")]).toEqual([200, 1, '"1"']);
    const headers = { "Consistency-Token": first.headers.get("consistency-token") ?? "" };
    const read = await call("GET", "/v1/cart", { token, headers });
    expect(read.body).toEqual(first.body);
    expect(read.body.lines).toMatchObject([{ sku, quantity: 3, total: usd(3000), available: true }]);
    const emptied = await put(token, [], '"1"');
    expect([emptied.body.lines, emptied.body.version]).toEqual([[], 2]);
    expect((await call("GET", "/v1/cart", { token: stranger.token })).body.version).toBe(0);
  });

  test("is changed only from the version that there is", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(10);
    const lines = [{ sku, quantity: 1 }];
    expect(slugOf(await put(token, lines, '"7"'))).toBe("precondition-failed");
    expect((await put(token, lines)).body.version).toBe(1);
    expect([(await put(token, lines)).status, slugOf(await put(token, [{ sku: "none", quantity: 1 }]))]).toEqual([
      428,
      "precondition-required",
    ]);
    expect((await put(token, lines, 'W/"1"')).body.version).toBe(2);
    expect((await put(token, lines, '"1"')).status).toBe(412);
    expect(slugOf(await put(token, lines, "one"))).toBe("header-invalid");
    expect(slugOf(await put(token, [{ sku: "no-such-sku", quantity: 1 }], '"2"'))).toBe("sku-unknown");
  });

  test("written by twenty at once from one version is written by one", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(10);
    const write = (ifMatch?: string) =>
      Promise.all(Array.from({ length: 20 }, (_, index) => put(token, [{ sku, quantity: index + 1 }], ifMatch)));
    const statuses = async (ifMatch?: string) => (await write(ifMatch)).map(({ status }) => status).toSorted();
    expect(await statuses()).toEqual([200, ...Array(19).fill(428)]);
    expect(await statuses('"1"')).toEqual([200, ...Array(19).fill(412)]);
    expect((await call("GET", "/v1/cart", { token, headers: { "Read-Consistency": "strong" } })).body.version).toBe(2);
  });

  test("leaves out what the shop no longer sells, and can be ordered", async () => {
    const { url, sql } = await openShop();
    const { token } = await newUser();
    const [[kept = ""], [gone = ""]] = [await newProduct(10), await newProduct(10)];
    await put(
      token,
      [kept, gone].map((sku) => ({ sku, quantity: 1 })),
    );
    const [product] = await sql`select product_id as id from orders.prices where sku = ${gone}`;
    await call("DELETE", `/v1/products/${product?.id}`, { token: await adminToken() });
    const cart = await eventually(async () => {
      const { body } = await callAt(url, "GET", "/v1/cart", { token, headers: { "Read-Consistency": "strong" } });
      return body.lines.length === 1 && body;
    });
    expect([cart.lines[0].sku, cart.total]).toEqual([kept, usd(1000)]);
    expect((await placeOrder(token, [[cart.lines[0].sku, cart.lines[0].quantity]])).status).toBe(201);
  });
});
