import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { newUser, openIdentityShop, refusal } from "../../../tests/support/identity-shop.ts";

const shop = await openIdentityShop();
const one = shop.instance();

describe("registering", () => {
  test("opens a customer's account and tells of it once", async () => {
    const email = `Mixed-${randomUUID()}@Example.com`;
    const answer = await one.call("POST", "/v1/users", { body: { email, password: "a-fine-passphrase", name: "Ann" } });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe("/v1/users/me");
    expect(answer.body).toMatchObject({
      email: email.toLowerCase(),
      role: "customer",
      emailVerified: false,
      metadata: {},
    });
    expect(answer.body.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const events = await shop.sql`select type, version, data from events.outbox where key = ${answer.body.id}`;
    expect(events.map(({ type, version, data }) => ({ type, version: Number(version), data }))).toEqual([
      {
        type: "user.registered",
        version: 1,
        data: { email: email.toLowerCase(), name: "Ann", region: "main", requestId: expect.any(String) },
      },
    ]);
  });

  test("refuses an e-mail that is taken, whatever its case, and leaves no event", async () => {
    const { email } = await newUser(one);
    const body = { email: email.toUpperCase(), password: "another-pass-1", name: "B" };
    const answers = await Promise.all([1, 2, 3].map(() => one.call("POST", "/v1/users", { body })));
    expect(answers.map(refusal)).toEqual(Array(3).fill([409, "email-taken"]));
    const events = await shop.sql`select from events.outbox where data->>'email' = ${email}`;
    expect(events.length).toBe(1);
  });

  test.each([
    ["a role", { role: "admin" }, "role"],
    ["a short password", { password: "short" }, "password"],
    ["no e-mail", { email: "nobody" }, "email"],
    ["a name with a link", { name: "see http://x" }, "name"],
    ["a region that is none", { region: "atlantis" }, "region"],
  ])("refuses %s and names the field", async (_what, change, path) => {
    const body = { email: `x-${randomUUID()}@example.com`, password: "long-enough-77x", name: "B", ...change };
    const answer = await one.call("POST", "/v1/users", { body });
    expect(refusal(answer)).toEqual([422, "invalid-request"]);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
  });

  test.each(["password123", "QwertyUiop", "headroom-2026", "carla.jones@example.com", "carla.jones", "aaaaaaaaaaaa"])(
    "refuses the weak password %s",
    async (password) => {
      const body = { email: "carla.jones@example.com", password, name: "Carla" };
      expect(refusal(await one.call("POST", "/v1/users", { body }))).toEqual([422, "weak-password"]);
    },
  );

  test("never stores the password itself", async () => {
    const { id, password } = await newUser(one);
    const [row] =
      await shop.sql`select password_hash, to_jsonb(users)::text as all from identity.users where id = ${id}`;
    expect(row?.password_hash).toMatch(/^\$scrypt\$ln=4,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(row?.all).not.toContain(password);
  });
});

describe("oneself", () => {
  test("can be read and changed", async () => {
    const { id, token, email } = await newUser(one);
    const patch = { name: "New Name", metadata: { shoe: "42", "quo'te": "naïve" } };
    const changed = await one.call("PATCH", "/v1/users/me", { token, body: patch });
    expect(changed.status).toBe(200);
    const read = await one.call("GET", "/v1/users/me", { token });
    expect(read.body).toMatchObject({ id, email, ...patch });
    const kept = await one.call("PATCH", "/v1/users/me", { token, body: {} });
    expect(kept.body).toMatchObject(patch);
    expect(refusal(await one.call("PATCH", "/v1/users/me", { token, body: { role: "admin" } }))).toEqual([
      422,
      "invalid-request",
    ]);
  });
});
