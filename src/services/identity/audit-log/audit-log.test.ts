import { beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import {
  adminToken,
  call,
  eventually,
  logIn,
  newProduct,
  newUser,
  payOrder,
  placeOrder,
} from "../../../../tests/support/client.ts";
import { fulfil, newPaidOrder, refund } from "../../../../tests/support/fulfilment.ts";
import { openShop } from "../../../../tests/support/shop.ts";
import { auditEvent } from "../../../platform/audit.ts";
import { backgroundScope } from "../../../platform/scope.ts";

interface Recorded {
  readonly id: string;
  readonly at: string;
  readonly actor: { readonly id: string; readonly kind: string };
  readonly action: string;
  readonly target: { readonly type: string; readonly id: string };
  readonly requestId: string;
  readonly address: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

let admin = "";
let operator = "";
let adminId = "";
beforeAll(async () => {
  admin = await adminToken();
  operator = await logIn("operator@headroom.local", "headroom-operator");
  adminId = (await call("GET", "/v1/users/me", { token: admin })).body.id;
});

/** What the log says, newest first, once it says so much. */
async function logged(filters: Readonly<Record<string, string>>, atLeast = 1): Promise<readonly Recorded[]> {
  const path = `/v1/audit-log?limit=100&${new URLSearchParams(filters)}`;
  return await eventually(async () => {
    const { status, body } = await call("GET", path, { token: operator });
    return status === 200 && body.data.length >= atLeast && body.data;
  });
}

const actionsOn = async (target: string, atLeast: number) =>
  (await logged({ target }, atLeast)).map(({ action }) => action).toReversed();

function productBody(id: string) {
  const variants = [{ sku: `A-${id.slice(-12)}`, name: "V", price: { amount: 1000, currency: "USD" } }];
  return { slug: `a-${id.slice(-12)}`, name: "Audited", description: "For a test.", category: "tests", variants };
}

describe("the audit log", () => {
  test("says who did what to what, when, from where and under which request", async () => {
    const id = randomUUID();
    const headers = { "X-Request-Id": `audit-${id}` };
    await call("PUT", `/v1/products/${id}`, { token: admin, body: productBody(id), headers });
    const [record] = await logged({ target: id });
    expect(record).toEqual({
      id: expect.any(String),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      actor: { id: adminId, kind: "user" },
      action: "product.created",
      target: { type: "product", id },
      requestId: `audit-${id}`,
      address: expect.stringMatching(/^(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/),
      detail: { status: "active", version: 1 },
    });
  });

  test("has the writes of administrators to products, stock and coupons, each once", async () => {
    const id = randomUUID();
    const body = productBody(id);
    const sku = body.variants[0]?.sku ?? "";
    await call("PUT", `/v1/products/${id}`, { token: admin, body });
    await call("PUT", `/v1/products/${id}`, {
      token: admin,
      body: { ...body, name: "B" },
      headers: { "If-Match": '"1"' },
    });
    await call("DELETE", `/v1/products/${id}`, { token: admin });
    expect(await actionsOn(id, 3)).toEqual(["product.created", "product.updated", "product.withdrawn"]);

    const key = randomUUID();
    await call("PUT", `/v1/stock/${sku}`, { token: admin, body: { onHand: 5 } });
    for (let copy = 0; copy < 2; copy++)
      await call("POST", `/v1/stock/${sku}/adjustments`, { token: admin, key, body: { delta: -1, reason: "broken" } });
    expect(await actionsOn(sku, 2)).toEqual(["stock.counted", "stock.adjusted"]);

    const code = `T-${id}`;
    await call("PUT", `/v1/coupons/${code}`, { token: admin, body: { percentOff: 10, limit: 3 } });
    await call("DELETE", `/v1/coupons/${code}`, { token: admin });
    expect(await actionsOn(code, 2)).toEqual(["coupon.saved", "coupon.removed"]);
  });

  test("has an import once, however many lines it has", async () => {
    const requestId = `import-${randomUUID()}`;
    const { url } = await openShop();
    const lines = Array.from({ length: 3 }, () => JSON.stringify(productBody(randomUUID()))).join("\n");
    const headers = {
      Authorization: `Bearer ${admin}`,
      "Content-Type": "application/x-ndjson",
      "X-Request-Id": requestId,
    };
    const answer = await fetch(`${url}/v1/products/imports`, { method: "POST", headers, body: lines });
    expect((await answer.json()) as object).toMatchObject({ created: 3 });
    expect(await actionsOn(requestId, 1)).toEqual(["import.begun"]);
  });

  test("has shipments, deliveries and refunds, each once, and nothing of what the buyer did", async () => {
    const { orderId, paymentId, user } = await newPaidOrder();
    for (let copy = 0; copy < 2; copy++) await fulfil(orderId, "shipments", { carrier: "ACME" });
    await fulfil(orderId, "deliveries");
    expect(await actionsOn(orderId, 2)).toEqual(["order.shipped", "order.delivered"]);
    const key = randomUUID();
    for (let copy = 0; copy < 2; copy++) await refund(paymentId, { amount: { amount: 300, currency: "USD" } }, key);
    const [record] = await logged({ target: paymentId });
    expect(record).toMatchObject({ action: "refund.begun", detail: { amount: 300, restock: false } });
    expect(await actionsOn(paymentId, 1)).toEqual(["refund.begun"]);
    const { sql } = await openShop();
    const byBuyer = await sql`
      select from events.outbox where type = 'audit.recorded' and data->'actor'->>'id' = ${user.id}`;
    expect(byBuyer).toHaveLength(0);
  });

  test("has the making and revoking of an API key, never its text, and under its own name what is done by it", async () => {
    const body = { name: "Warehouse", scopes: ["stock:write"] };
    const { body: made } = await call("POST", "/v1/api-keys", { token: admin, body });
    const sku = `K-${randomUUID()}`;
    await call("PUT", `/v1/stock/${sku}`, { token: made.key, body: { onHand: 5 } });
    const [counted] = await logged({ target: sku });
    expect(counted).toMatchObject({ action: "stock.counted", actor: { id: made.id, kind: "api-key" } });
    await call("DELETE", `/v1/api-keys/${made.id}`, { token: admin });
    await call("DELETE", `/v1/api-keys/${made.id}`, { token: admin });
    const records = await logged({ target: made.id }, 2);
    expect(records.map(({ action, actor }) => [action, actor])).toEqual([
      ["api-key.revoked", { id: adminId, kind: "user" }],
      ["api-key.made", { id: adminId, kind: "user" }],
    ]);
    expect(records[1]?.detail).toEqual({ name: "Warehouse", prefix: made.prefix, scopes: ["stock:write"] });
  });

  test("has nothing of a write that was refused", async () => {
    const id = randomUUID();
    const [sku = ""] = await newProduct(1);
    const buyer = await newUser();
    const { body: order } = await placeOrder(buyer.token, [[sku, 1]]);
    await payOrder(buyer.token, order.id, "pm_declined");
    const { body: payments } = await call("GET", `/v1/orders/${order.id}/payments`, { token: buyer.token });
    const refused = [
      await call("DELETE", `/v1/products/${id}`, { token: admin }),
      await call("DELETE", `/v1/coupons/${id}`, { token: admin }),
      await call("POST", `/v1/stock/${id}/adjustments`, { token: admin, key: id, body: { delta: 1, reason: "found" } }),
      await call("PUT", `/v1/stock/${sku}`, { token: admin, body: { onHand: 0 } }),
      await fulfil(order.id, "shipments"),
      await refund(payments.data[0].id, {}),
    ];
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 409, 409, 409]);
    const { sql } = await openShop();
    const targets = [id, order.id, payments.data[0].id];
    const told = await sql`
      select data->>'action' as action from events.outbox
       where type = 'audit.recorded' and (data->'target'->>'id' = any(${targets}) or
             data->'target'->>'id' = ${sku} and data->'detail'->>'onHand' = '0')`;
    expect(told).toHaveLength(0);
  });

  test("is found by who acted, what was done and to what, together too, and is walked newest first", async () => {
    const code = `T-${randomUUID()}`;
    for (let nth = 1; nth <= 5; nth++)
      await call("PUT", `/v1/coupons/${code}`, { token: admin, body: { percentOff: nth } });
    await call("DELETE", `/v1/coupons/${code}`, { token: admin });
    await logged({ target: code }, 6);
    const saved = await logged({ target: code, action: "coupon.saved", actor: adminId });
    expect(saved.map(({ detail }) => detail.percentOff)).toEqual([5, 4, 3, 2, 1]);
    const [newestSaved] = await logged({ action: "coupon.saved" });
    const [newestByAdmin] = await logged({ actor: adminId });
    expect([newestSaved?.action, newestByAdmin?.actor.id]).toEqual(["coupon.saved", adminId]);
    expect((await call("GET", `/v1/audit-log?actor=${randomUUID()}`, { token: operator })).body.data).toEqual([]);

    const seen: string[] = [];
    let path = `/v1/audit-log?target=${code}&limit=2`;
    while (path !== "") {
      const { body, headers } = await call("GET", path, { token: operator });
      seen.push(...body.data.map(({ id }: Recorded) => id));
      path = /<(.+)>/.exec(headers.get("link") ?? "")?.[1] ?? "";
    }
    expect(seen).toEqual((await logged({ target: code })).map(({ id }) => id));
    expect(seen).toHaveLength(6);
  });

  test("refuses another filter's cursor and what cannot be a filter", async () => {
    const { body } = await call("GET", "/v1/audit-log?limit=1", { token: operator });
    const answers = [
      await call("GET", `/v1/audit-log?limit=1&action=coupon.saved&cursor=${body.nextCursor}`, { token: operator }),
      await call("GET", `/v1/audit-log?actor=${"x".repeat(201)}`, { token: operator }),
    ];
    expect(answers.map(({ status, body: { type } }) => [status, type.split("/").at(-1)])).toEqual([
      [400, "cursor-invalid"],
      [422, "invalid-request"],
    ]);
  });

  test("is for operators and administrators", async () => {
    const { token } = await newUser();
    expect((await call("GET", "/v1/audit-log", { token: admin })).status).toBe(200);
    expect((await call("GET", "/v1/audit-log", { token })).status).toBe(403);
  });

  test("takes no record of which nobody knows who acted", async () => {
    const { deps } = await openShop();
    const scope = backgroundScope(deps, { about: { test: true } });
    expect(() => auditEvent(scope, { action: "thing.done", target: { type: "thing", id: "1" } })).toThrow();
  });
});
