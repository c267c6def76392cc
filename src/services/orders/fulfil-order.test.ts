import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { adminToken, call, eventually, newProduct, newUser, placeOrder } from "../../../tests/support/client.ts";
import { fulfil, mailOf, newPaidOrder, orderOf, refund, toldOf } from "../../../tests/support/fulfilment.ts";

const stateOf = ({ status, body }: { status: number; body: { type: string; orderStatus: string } }) =>
  `${status} ${body.type?.split("/").at(-1)} ${body.orderStatus}`;

async function kindsOf(token: string): Promise<string[]> {
  const { body } = await call("GET", "/v1/notifications", { token, headers: { "Read-Consistency": "strong" } });
  return body.data.map(({ kind }: { kind: string }) => kind);
}

describe("fulfilment", () => {
  test("goes from paid to shipped to delivered, and the buyer is told of both", async () => {
    const { user, orderId } = await newPaidOrder();
    const shipped = await fulfil(orderId, "shipments", { carrier: "ACME <Post>", trackingNumber: "T-1" });
    expect([shipped.status, shipped.body.status, shipped.body.userId]).toEqual([200, "shipped", user.id]);
    const delivered = await fulfil(orderId, "deliveries");
    expect(delivered.body.history.map(({ at: _, ...step }: { at: string }) => step)).toEqual([
      { status: "pending" },
      { status: "paid" },
      { status: "shipped", carrier: "ACME <Post>", trackingNumber: "T-1" },
      { status: "delivered" },
    ]);
    expect(await orderOf(user, orderId)).toEqual(delivered.body);
    expect(await toldOf(orderId, "order.shipped")).toEqual([
      { userId: user.id, carrier: "ACME <Post>", trackingNumber: "T-1" },
    ]);
    expect(await toldOf(orderId, "order.delivered")).toEqual([{ userId: user.id }]);
    const [mail] = await eventually(async () => {
      const mails = await mailOf(user, "shipped");
      return mails.length > 0 && mails;
    });
    expect(mail?.text).toContain("Tracking number: T-1");
    expect(mail?.html).toContain("ACME &lt;Post&gt;");
    expect(mail?.text.match(/https?:\/\/\S+\/orders\/\S+/g)).toHaveLength(1);
    await eventually(async () => {
      const kinds = await kindsOf(user.token);
      return kinds.includes("order-shipped") && kinds.includes("order-delivered");
    });
  });

  test("the same body again answers the order as it stands, another is refused; each is told once", async () => {
    const { orderId } = await newPaidOrder();
    const body = { carrier: "ACME" };
    const answers = await Promise.all(Array.from({ length: 5 }, () => fulfil(orderId, "shipments", body)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(stateOf(await fulfil(orderId, "shipments", { carrier: "Other" }))).toBe("409 order-state shipped");
    await fulfil(orderId, "deliveries");
    const again = await fulfil(orderId, "shipments", body);
    expect([again.status, again.body.status]).toEqual([200, "delivered"]);
    expect((await fulfil(orderId, "deliveries")).status).toBe(200);
    expect(await toldOf(orderId, "order.shipped")).toHaveLength(1);
  });

  test("has no other way: not unpaid, not delivered before shipped, not cancelled or refunded", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(5);
    const { body: pending } = await placeOrder(token, [[sku, 1]]);
    expect(stateOf(await fulfil(pending.id, "shipments"))).toBe("409 order-state pending");
    await call("POST", `/v1/orders/${pending.id}/cancel`, { token });
    expect(stateOf(await fulfil(pending.id, "shipments"))).toBe("409 order-state cancelled");
    const paid = await newPaidOrder();
    expect(stateOf(await fulfil(paid.orderId, "deliveries"))).toBe("409 order-state paid");
    await fulfil(paid.orderId, "shipments");
    const cancelled = await call("POST", `/v1/orders/${paid.orderId}/cancel`, { token: paid.user.token });
    expect(stateOf(cancelled)).toBe("409 order-state shipped");
    await refund(paid.paymentId, {});
    await eventually(async () => (await orderOf(paid.user, paid.orderId)).status === "refunded");
    expect(stateOf(await fulfil(paid.orderId, "deliveries"))).toBe("409 order-state refunded");
    expect((await fulfil(randomUUID(), "shipments")).status).toBe(404);
  });

  test("and a cancellation at the same moment end as one of them did", async () => {
    const { user, orderId } = await newPaidOrder();
    const [ship, cancel] = await Promise.all([
      fulfil(orderId, "shipments"),
      call("POST", `/v1/orders/${orderId}/cancel`, { token: user.token }),
    ]);
    expect([ship.status, cancel.status].sort()).toEqual([200, 409]);
    expect((await orderOf(user, orderId)).status).toBe(ship.status === 200 ? "shipped" : "cancelled");
  });
});

describe("an administrator's orders", () => {
  const list = async (query: string) => {
    const { status, headers, body } = await call("GET", `/v1/admin/orders?${query}`, { token: await adminToken() });
    const ids = body.data?.map(({ id }: { id: string }) => id);
    return { status, ids, next: headers.get("link"), cursor: body.nextCursor, body };
  };

  test("are found by user, e-mail, status and time, and walked newest first", async () => {
    const user = await newUser();
    const [sku = ""] = await newProduct(9);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.unshift((await placeOrder(user.token, [[sku, 1]])).body.id);
    await call("POST", `/v1/orders/${ids[1]}/cancel`, { token: user.token });
    expect((await list(`userId=${user.id}`)).ids).toEqual(ids);
    expect((await list(`email=${user.email.toUpperCase()}`)).ids).toEqual(ids);
    expect((await list(`userId=${user.id}&status=cancelled`)).ids).toEqual([ids[1]]);
    expect((await list(`userId=${user.id}&email=nobody@example.com`)).ids).toEqual([]);
    expect((await list(`userId=${user.id}&to=2020-01-01`)).ids).toEqual([]);
    expect((await list(`userId=${user.id}&from=2020-01-01T00:00:00Z`)).ids).toEqual(ids);
    const first = await list(`userId=${user.id}&limit=2`);
    expect(first.ids).toEqual(ids.slice(0, 2));
    expect(first.next).toContain(`userId=${user.id}`);
    const rest = await list(`userId=${user.id}&limit=2&cursor=${first.cursor}`);
    expect([rest.ids, rest.cursor]).toEqual([ids.slice(2), null]);
    expect((await list(`limit=2&cursor=${first.cursor}`)).status).toBe(400);
  });

  test("of all users come newest first, each once, whatever their status", async () => {
    const before = new Date().toISOString();
    const [a, b] = [await newPaidOrder(), await newPaidOrder()];
    const found: string[] = [];
    for (let cursor = ""; ; ) {
      const page = await list(`from=${before}&limit=1${cursor}`);
      found.push(...page.ids);
      if (page.cursor === null) break;
      cursor = `&cursor=${page.cursor}`;
    }
    expect(new Set(found).size).toBe(found.length);
    expect(found.filter((id) => id === a.orderId || id === b.orderId)).toEqual([b.orderId, a.orderId]);
    const paid = await list(`from=${before}&status=paid`);
    expect(paid.body.data.every(({ status }: { status: string }) => status === "paid")).toBeTrue();
    expect(paid.ids).toContain(a.orderId);
  });

  test("one by one come with payments and their refunds", async () => {
    const { user, orderId, paymentId } = await newPaidOrder();
    const { body: given } = await refund(paymentId, { amount: { amount: 250, currency: "USD" } });
    const path = `/v1/admin/orders/${orderId}`;
    const { status, body } = await call("GET", path, { token: await adminToken() });
    expect([status, body.userId, body.payments.length]).toEqual([200, user.id, 1]);
    expect(body.payments[0]).toMatchObject({ id: paymentId, status: "captured", refunded: { amount: 250 } });
    expect(body.payments[0].refunds).toEqual([given]);
    expect((await call("GET", path, { token: user.token })).status).toBe(403);
    expect((await call("GET", `/v1/admin/orders/${randomUUID()}`, { token: await adminToken() })).status).toBe(404);
  });

  test.each(["status=open", "userId=x", "from=yesterday", "to=2026-02-30", "limit=0"])(
    "%s is refused",
    async (query) => {
      const { status, body } = await list(query);
      expect([status, body.errors[0].path]).toEqual([422, `query.${query.split("=")[0]}`]);
    },
  );
});
