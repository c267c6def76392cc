import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { call, eventually, logIn, newProduct, newUser, payOrder, placeOrder } from "../../../tests/support/client.ts";
import { openShop } from "../../../tests/support/shop.ts";
import { type Event, event } from "../../contracts/events.ts";
import { backgroundScope } from "../../platform/scope.ts";
import { receiptByMail } from "./on-order-paid.ts";
import { rememberContacts, welcomeByMail } from "./on-user-registered.ts";

interface Mail {
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

async function mailsTo(email: string): Promise<Mail[]> {
  const { config } = await openShop();
  const response = await fetch(`${config.MAILBOX_URL}/messages?to=${encodeURIComponent(email)}`);
  return ((await response.json()) as { data: Mail[] }).data;
}

async function listed(token: string) {
  const { body } = await call("GET", "/v1/notifications", { token });
  return body.data as { id: string; kind: string; createdAt: string; readAt: string | null }[];
}

async function scopeOfTest() {
  return backgroundScope((await openShop()).deps, { about: { test: true } });
}

function delivered<T extends "user.registered" | "order.paid">(of: ReturnType<typeof event<T>>): Event<T> {
  return { ...of, id: randomUUID(), schema: 1, occurredAt: new Date().toISOString(), traceparent: null };
}

describe("a registration", () => {
  test("brings one welcome mail with one link, and one notification", async () => {
    const { config } = await openShop();
    const { email, token } = await newUser();
    const [mail, ...more] = await eventually(async () => {
      const mails = await mailsTo(email);
      return mails.length > 0 && mails;
    });
    expect([mail?.kind, more]).toEqual(["welcome", []]);
    expect(mail?.text.match(/https?:\/\/\S+/g)).toEqual([expect.stringContaining(`${config.PUBLIC_URL}/verify#`)]);
    const notifications = await eventually(async () => {
      const now = await listed(token);
      return now.length > 0 && now;
    });
    expect(notifications.map(({ kind, readAt }) => ({ kind, readAt }))).toEqual([{ kind: "welcome", readAt: null }]);
  });

  test("delivered twice mails once, and what the user calls himself is text, not markup", async () => {
    const scope = await scopeOfTest();
    const email = `test-${randomUUID()}@example.com`;
    const name = `<b onclick="x()">Eve & Co</b>`;
    const registered = delivered(event("user.registered", randomUUID(), 1, { email, name, region: "main" }));
    await welcomeByMail.send(scope, registered);
    await welcomeByMail.send(scope, registered);
    const mails = await mailsTo(email);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.html).not.toContain("<b onclick");
    expect(mails[0]?.html).toContain("Eve &amp; Co");
    expect(mails[0]?.text).toContain(name);
  });
});

describe("what a user asks to be mailed", () => {
  test("is a link to reset his password, one a mail, which works", async () => {
    const { config } = await openShop();
    const { email, token } = await newUser();
    expect((await call("POST", "/v1/password-resets", { body: { email } })).status).toBe(202);
    const mail = await eventually(async () => (await mailsTo(email)).find(({ kind }) => kind === "password-reset"));
    const [link, ...more] = mail.text.match(/https?:\/\/\S+/g) ?? [];
    expect([link, more]).toEqual([expect.stringMatching(/\/reset#[\w-]{43}$/), []]);
    expect(link).toStartWith(config.PUBLIC_URL);
    expect(mail.html).toContain(`href="${link}"`);
    const body = { token: link?.split("#")[1], password: "a-brand-new-password" };
    expect((await call("PUT", "/v1/password-resets", { body })).status).toBe(204);
    await eventually(async () => (await call("GET", "/v1/users/me", { token })).status === 401);
    await logIn(email, body.password);
  });

  test("is the welcome mail again, with another link, of which each verifies the e-mail", async () => {
    const { email, token } = await newUser();
    const welcomes = async () => (await mailsTo(email)).filter(({ kind }) => kind === "welcome");
    await eventually(async () => (await welcomes()).length === 1);
    expect((await call("POST", "/v1/email-verifications", { token })).status).toBe(202);
    const mails = await eventually(async () => {
      const now = await welcomes();
      return now.length === 2 && now;
    });
    const tokens = mails.map(({ text }) => /\/verify#([\w-]{43})$/m.exec(text)?.[1]);
    expect(new Set(tokens).size).toBe(2);
    for (const one of tokens) {
      const confirmed = await call("POST", "/v1/email-verifications/confirm", { body: { token: one } });
      expect(confirmed.status).toBe(204);
    }
    const { body } = await call("GET", "/v1/users/me", { token, headers: { "Read-Consistency": "strong" } });
    expect(body.emailVerified).toBe(true);
  });
});

describe("an order's payment", () => {
  test("brings one receipt that names lines, total and the order's page", async () => {
    const { config } = await openShop();
    const { email, token } = await newUser();
    const skus = await newProduct(5, 5);
    const { body: order } = await placeOrder(token, [
      [skus[0] ?? "", 2],
      [skus[1] ?? "", 1],
    ]);
    await payOrder(token, order.id);
    const receipt = await eventually(async () => (await mailsTo(email)).find(({ kind }) => kind === "receipt"));
    expect(receipt.text).toContain("2 x Test thing");
    expect(receipt.text).toContain("Total: $30.01");
    expect(receipt.html).toContain("$30.01");
    expect(receipt.text.match(/https?:\/\/\S+/g)).toEqual([`${config.PUBLIC_URL}/orders/${order.id}`]);
    await eventually(async () => (await listed(token))[0]?.kind === "receipt");
    expect((await mailsTo(email)).filter(({ kind }) => kind === "receipt")).toHaveLength(1);
  });

  test("that is heard of before the registration is mailed once that has come", async () => {
    const scope = await scopeOfTest();
    const [userId, email] = [randomUUID(), `test-${randomUUID()}@example.com`];
    const amount = { amount: 500, currency: "JPY" };
    const line = { sku: "T", name: "Thing", quantity: 1, unitPrice: amount, total: amount };
    const paid = delivered(
      event("order.paid", randomUUID(), 2, { userId, lines: [line], total: amount, paymentId: null }),
    );
    await expect(receiptByMail.send(scope, paid)).rejects.toThrow();
    const registered = delivered(event("user.registered", userId, 1, { email, name: "Yuki", region: "main" }));
    const { sql } = scope.deps.databases.of("notifications").primary();
    await sql.begin((tx) => rememberContacts.apply(scope, tx, [registered]));
    await receiptByMail.send(scope, paid);
    expect((await mailsTo(email)).map(({ subject }) => subject)).toEqual(["Your receipt: ¥500"]);
  });

  test("a cancelled order is told once, in the shop and not by mail", async () => {
    const { email, token } = await newUser();
    const [sku = ""] = await newProduct(5);
    const { body: order } = await placeOrder(token, [[sku, 1]]);
    await payOrder(token, order.id, "pm_slow");
    await call("POST", `/v1/orders/${order.id}/cancel`, { token });
    const payments = `/v1/orders/${order.id}/payments`;
    await eventually(async () => (await call("GET", payments, { token })).body.data[0]?.status === "refunded");
    const kinds = await eventually(async () => {
      const now = (await listed(token)).map(({ kind }) => kind);
      return now.includes("order-cancelled") && now;
    });
    expect(kinds.filter((kind) => kind === "order-cancelled")).toHaveLength(1);
    expect((await mailsTo(email)).map(({ kind }) => kind)).not.toContain("receipt");
  });
});

describe("a user's notifications", () => {
  test("are walked newest first and marked as read, the first reading counts; other people's are not found", async () => {
    const { sql } = await openShop();
    const { id: userId, token } = await newUser();
    await eventually(async () => (await listed(token)).length === 1);
    for (let n = 0; n < 4; n++)
      await sql`insert into notifications.notifications(user_id, kind, subject) values (${userId}, ${`n${n}`}, 'x')`;
    const headers = { "Read-Consistency": "strong" };
    const first = await call("GET", "/v1/notifications?limit=3", { token, headers });
    const kinds = (answer: typeof first) => answer.body.data.map(({ kind }: { kind: string }) => kind);
    expect(kinds(first)).toEqual(["n3", "n2", "n1"]);
    const rest = await call("GET", `/v1/notifications?limit=3&cursor=${first.body.nextCursor}`, { token, headers });
    expect([kinds(rest), rest.body.nextCursor]).toEqual([["n0", "welcome"], null]);
    const path = `/v1/notifications/${first.body.data[0].id}`;
    const read = await call("PATCH", path, { token, body: { read: true } });
    expect([read.status, read.body.kind]).toEqual([200, "n3"]);
    expect((await call("PATCH", path, { token, body: { read: true } })).body.readAt).toBe(read.body.readAt);
    expect((await call("PATCH", path, { token, body: { read: false } })).status).toBe(422);
    const stranger = await newUser();
    expect((await call("PATCH", path, { token: stranger.token, body: { read: true } })).status).toBe(404);
  });
});
