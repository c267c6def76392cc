import { describe, expect, test } from "bun:test";
import { call, eventually, logIn, newProduct, payOrder } from "../../../tests/support/client.ts";
import { refund, untilOrderIs } from "../../../tests/support/fulfilment.ts";
import { newPerson, orderTo } from "../../../tests/support/persons.ts";
import { openShop, openTestDeps } from "../../../tests/support/shop.ts";
import { app } from "../../app.ts";
import { readConfig } from "../../platform/config.ts";

const strong = { "Read-Consistency": "strong" };
const exported = (token: string) => call("GET", "/v1/users/me/export", { token });

/** Another instance of the shop, with other settings. */
async function instance(env: Readonly<Record<string, string>>) {
  const shop = await openShop();
  const opened = openTestDeps(readConfig({ ...shop.env, ...env }));
  // What other tests asked from this machine counts for its address.
  const deps = { ...opened, clientAddress: () => "203.0.113.60" };
  const get = (token: string, method = "GET") =>
    app.request("/v1/users/me/export", { method, headers: { Authorization: `Bearer ${token}` } }, deps);
  return { get, close: () => opened.close() };
}

describe("an export", () => {
  test("hands over all that the routes show of oneself, as an attachment, and no secret or other person's data", async () => {
    const { sql } = await openShop();
    const person = await newPerson();
    const { token, id, email, password } = person;
    const other = await newPerson();
    const [sku = ""] = await newProduct(10);
    const { body: order } = await orderTo(person, sku);
    await orderTo(other, sku);
    const { body: payment } = await payOrder(token, order.id);
    await untilOrderIs(person, order.id, "paid");
    await refund(payment.id, { amount: { amount: 100, currency: "USD" } });
    await orderTo(person, sku);
    const elsewhere = await logIn(email, password);
    await call("DELETE", "/v1/sessions/current", { token: elsewhere });
    await eventually(async () => (await call("GET", "/v1/notifications", { token })).body.data.length === 3);
    await eventually(
      async () => (await call("GET", `/v1/payments/${payment.id}`, { token })).body.refunded.amount === 100,
    );

    const { status, headers, body } = await exported(token);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("content-disposition")).toBe('attachment; filename="headroom-export.json"');
    expect(headers.get("cache-control")).toContain("no-store");
    const shown = async (path: string) => (await call("GET", path, { token, headers: strong })).body;
    expect(Object.keys(body)).toEqual([
      ...["exportedAt", "user", "sessions", "orders", "payments", "notifications", "auditLog"],
    ]);
    expect(new Date(body.exportedAt).getTime()).toBeWithin(Date.now() - 60_000, Date.now() + 1);
    expect(body.user).toEqual(await shown("/v1/users/me"));
    expect(body.orders).toEqual((await shown("/v1/orders")).data);
    expect(body.notifications).toEqual((await shown("/v1/notifications")).data);
    const refunds = (await shown(`/v1/payments/${payment.id}/refunds`)).data;
    expect(body.payments).toEqual([{ ...(await shown(`/v1/payments/${payment.id}`)), refunds }]);
    expect(body.sessions).toHaveLength(2);
    expect(body.sessions).toMatchObject([
      { current: false, endedAt: expect.any(String) },
      { current: true, endedAt: null },
    ]);
    expect(body.auditLog).toEqual([]);

    const text = JSON.stringify(body);
    expect(text).toContain(person.address.line1 ?? "");
    const [secrets] = await sql`
      select u.password_hash as "passwordHash", t.token_hash as "tokenHash", o.body_hash as "bodyHash"
        from identity.users u join identity.mailed_tokens t on t.user_id = u.id join orders.orders o on o.user_id = u.id
       where u.id = ${id}`;
    expect(Object.keys(secrets ?? {})).toHaveLength(3);
    for (const secret of [token, other.id, ...other.texts, ...Object.values(secrets ?? {})])
      expect(text).not.toContain(secret);
  });

  test("of a user with thousands of orders comes whole, in pieces, each once", async () => {
    const { sql, url } = await openShop();
    const count = 3_000;
    const { id, token } = await newPerson();
    await sql`
      insert into orders.orders (user_id, id, status, body_hash, lines, subtotal, total, currency, history, created_at, expires_at)
      select ${id}, gen_random_uuid(), 'delivered', '', ${`[{"sku": "x", "name": "${"long ".repeat(40)}"}]`}::text::jsonb, 1, 1, 'USD',
             '[]', now() - n / 7 * interval '1 second', now() from generate_series(1, ${count}) n`;
    await sql`
      insert into payments.payments (user_id, id, order_id, provider, method, body_hash, amount, currency, status)
      select user_id, gen_random_uuid(), id, 'sandbox', 'pm_ok', '', 1, 'USD', 'failed' from orders.orders where user_id = ${id}`;
    await sql`
      insert into notifications.notifications (user_id, kind, subject)
      select ${id}, 'test', 'Test ' || n from generate_series(1, ${count}) n`;
    const response = await fetch(`${url}/v1/users/me/export`, { headers: { Authorization: `Bearer ${token}` } });
    const sizes: number[] = [];
    let text = "";
    for await (const chunk of response.body ?? []) {
      sizes.push(chunk.length);
      text += Buffer.from(chunk).toString();
    }
    const body = JSON.parse(text);
    const ids = (list: string) => new Set(body[list].map((item: { id: string }) => item.id)).size;
    expect([body.orders.length, ids("orders"), ids("payments"), body.payments.length]).toEqual(Array(4).fill(count));
    expect(body.notifications.length).toBeGreaterThanOrEqual(count);
    expect(ids("notifications")).toBe(body.notifications.length);
    expect(text.length / Math.max(...sizes)).toBeGreaterThan(10);
  });

  test("may be asked for twice an hour", async () => {
    const { token } = await newPerson();
    const { get, close } = await instance({ RATE_LIMIT_SCALE: "1" });
    const answers = [await get(token), await get(token), await get(token)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(await answers[2]?.json()).toMatchObject({ policy: "export" });
    for (const answer of answers.slice(0, 2)) expect(await answer.json()).toHaveProperty("user");
    await close();
  });

  test("asked for by HEAD says what it is, and keeps nothing open", async () => {
    const { token } = await newPerson();
    const { get, close } = await instance({});
    const answer = await get(token, "HEAD");
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(answer.headers.get("content-disposition")).toStartWith("attachment");
    // It waits for what is open.
    await close();
  });

  test("is refused as a whole where a service that keeps a part of it is away", async () => {
    const { token } = await newPerson();
    const env = { SERVICES: "identity,orders,payments", NOTIFICATIONS_URL: "http://127.0.0.1:1" };
    const { get, close } = await instance(env);
    const answer = await get(token);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ service: "notifications" });
    await close();
  });
});
