import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { adminToken, call, eventually, logIn, newProduct, newUser, payOrder } from "../../../tests/support/client.ts";
import { fulfil, orderOf, refund, stockOf, untilOrderIs } from "../../../tests/support/fulfilment.ts";
import { erase, newPerson, orderTo } from "../../../tests/support/persons.ts";
import { openShop } from "../../../tests/support/shop.ts";
import { event } from "../../contracts/events.ts";
import { signAccessToken } from "../../platform/tokens.ts";
import { addRecords } from "./audit-log/store.ts";

const refusal = ({ status, body }: { status: number; body: { type?: string } }) => [
  status,
  body.type?.split("/").at(-1),
];

function recordBy(id: string, address: string) {
  const [actor, target] = [{ id, kind: "user" } as const, { type: "thing", id: "1" }];
  const data = { actor, target, action: "thing.done", requestId: "late-record", address, detail: {} };
  const made = event("audit.recorded", randomUUID(), 1, data);
  const occurredAt = new Date().toISOString();
  return { ...made, id: Bun.randomUUIDv7(), schema: 1 as const, occurredAt, traceparent: null };
}

describe("erasing oneself", () => {
  test("ends every session at once, and the e-mail may register again", async () => {
    const person = await newPerson();
    const { email, password, token } = person;
    const session = { body: { email, password } };
    const { body: other } = await call("POST", "/v1/sessions", session);
    expect(await erase(person)).toMatchObject({ status: 202, body: "" });
    for (const [method, path] of [
      ["DELETE", "/v1/users/me"],
      ["GET", "/v1/users/me"],
      ["GET", "/v1/users/me/export"],
      ["GET", "/v1/orders"],
    ] as const)
      for (const old of [token, other.accessToken])
        expect(refusal(await call(method, path, { token: old }))).toEqual([401, "session-revoked"]);
    const refreshed = await call("POST", "/v1/sessions/refresh", { body: { refreshToken: other.refreshToken } });
    expect(refusal(refreshed)).toEqual([401, "refresh-token-invalid"]);
    expect(refusal(await call("POST", "/v1/sessions", session))).toEqual([401, "wrong-credentials"]);

    const again = await call("POST", "/v1/users", { body: { email, password, name: "Again" } });
    expect(again.status).toBe(201);
    expect(again.body.id).not.toBe(person.id);
    const anew = await logIn(email, password);
    expect((await call("GET", "/v1/orders", { token: anew })).body.data).toEqual([]);
    await eventually(async () => (await call("GET", "/v1/notifications", { token: anew })).body.data.length === 1);
  });

  test("is refused while an order is paid or shipped, and changes nothing", async () => {
    const person = await newPerson();
    const { token } = person;
    const [sku = ""] = await newProduct(5);
    const { body: paid } = await orderTo(person, sku);
    const { body: pending } = await orderTo(person, sku);
    await payOrder(token, paid.id);
    await untilOrderIs(person, paid.id, "paid");
    expect(refusal(await erase(person))).toEqual([409, "orders-open"]);
    await fulfil(paid.id, "shipments");
    expect(refusal(await erase(person))).toEqual([409, "orders-open"]);
    expect((await call("GET", "/v1/users/me", { token })).body.name).toBe(person.name);
    expect(await orderOf(person, pending.id)).toMatchObject({ status: "pending", shippingAddress: person.address });
    expect((await orderTo(person, sku)).status).toBe(201);
    await fulfil(paid.id, "deliveries");
    expect((await erase(person)).status).toBe(202);
  });

  test("cancels pending orders, whose stock comes back; other orders stay, without a name", async () => {
    const { sql } = await openShop();
    const person = await newPerson();
    const [sku = ""] = await newProduct(5);
    const { body: kept } = await orderTo(person, sku);
    const { body: payment } = await payOrder(person.token, kept.id);
    await untilOrderIs(person, kept.id, "paid");
    await refund(payment.id, {});
    await untilOrderIs(person, kept.id, "refunded");
    const { body: pending } = await orderTo(person, sku);
    expect((await erase(person)).status).toBe(202);
    const token = await adminToken();
    const seen = async (id: string) => (await call("GET", `/v1/admin/orders/${id}`, { token })).body;
    expect(await seen(pending.id)).toMatchObject({ status: "cancelled" });
    await eventually(async () => (await stockOf(sku)).reserved === 0);
    const anonymous = { shippingAddress: null, metadata: {} };
    await eventually(async () => (await seen(kept.id)).shippingAddress === null);
    expect(await seen(kept.id)).toMatchObject({
      ...anonymous,
      status: "refunded",
      total: kept.total,
      lines: kept.lines,
    });
    expect(await seen(pending.id)).toMatchObject(anonymous);
    const [{ count } = { count: 0 }] = await sql`
      select count(*)::int from payments.payments where user_id = ${person.id} and method <> ''`;
    expect(count).toBe(0);
  });

  test("asks for the password anew where it was entered over 15 minutes ago", async () => {
    const { deps } = await openShop();
    const { id: userId, token } = await newUser();
    const { body } = await call("GET", "/v1/sessions", { token });
    const caller = { userId, sessionId: body.data[0].id, role: "customer", region: "main" } as const;
    const authTime = Math.floor(Date.now() / 1000) - 16 * 60;
    const stale = await signAccessToken(deps.instance, { ...caller, authTime });
    for (const [method, path] of [
      ["DELETE", "/v1/users/me"],
      ["GET", "/v1/users/me/export"],
    ] as const)
      expect(refusal(await call(method, path, { token: stale }))).toEqual([401, "reauthentication-required"]);
    expect((await call("GET", "/v1/users/me", { token })).status).toBe(200);
  });

  test("leaves in the audit log what was done and not from where, also where it is told of late", async () => {
    const { sql } = await openShop();
    const person = await newPerson();
    const newPassword = `${person.password}-new`;
    const body = { currentPassword: person.password, newPassword };
    await call("PUT", "/v1/users/me/password", { token: person.token, body });
    const kept = () => sql<{ action: string; address: string }[]>`
      select action, address from identity.audit_log where actor_id = ${person.id}`;
    await eventually(async () => (await kept()).length === 1);
    expect((await kept())[0]).toEqual({ action: "password.changed", address: "127.0.0.1" });
    const exported = await call("GET", "/v1/users/me/export", { token: person.token });
    expect(exported.body.auditLog).toMatchObject([
      { action: "password.changed", actor: { id: person.id, kind: "user" } },
    ]);

    expect((await erase(person)).status).toBe(202);
    await sql.begin((tx) => addRecords(tx, [recordBy(person.id, "127.0.0.1")]));
    expect([...(await kept())]).toEqual([
      { action: "password.changed", address: "" },
      { action: "thing.done", address: "" },
    ]);
    const told = await sql<{ address: string }[]>`
      select data->>'address' as address from events.outbox
       where type = 'audit.recorded' and data->'actor'->>'id' = ${person.id}`;
    expect(told).toMatchObject([{ address: "" }]);
  });

  test("twice at once is told once", async () => {
    const { sql } = await openShop();
    const person = await newPerson();
    const answers = await Promise.all(Array.from({ length: 8 }, () => erase(person)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, ...Array(7).fill(401)]);
    const told = await sql`select from events.outbox where type = 'user.erased' and key = ${person.id}`;
    expect(told.length).toBe(1);
  });

  test("lets whoever logs in meanwhile in for no longer than a moment", async () => {
    const person = await newPerson();
    const logIns = Array.from({ length: 6 }, () =>
      call("POST", "/v1/sessions", { body: { email: person.email, password: person.password } }),
    );
    expect((await erase(person)).status).toBe(202);
    for (const { status, body } of await Promise.all(logIns)) {
      if (status === 201) expect((await call("GET", "/v1/users/me", { token: body.accessToken })).status).toBe(401);
      else expect(status).toBe(401);
    }
  });
});
