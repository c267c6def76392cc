import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import {
  type Answer,
  logIn,
  newStaff,
  newUser,
  openIdentityShop,
  refresh,
  refusal,
  type ShopInstance,
} from "../../../../tests/support/identity-shop.ts";
import { busySecondMs } from "../../../../tests/support/time.ts";

const shop = await openIdentityShop();
const one = shop.instance();
const other = shop.instance();

function change(at: ShopInstance, token: string, id: string, body: object): Promise<Answer> {
  return at.call("PATCH", `/v1/admin/users/${id}`, { token, body });
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

async function untilRefused(at: ShopInstance, token: string): Promise<number> {
  const startedAt = Date.now();
  while ((await at.call("GET", "/v1/users/me", { token })).status === 200) await Bun.sleep(20);
  return Date.now() - startedAt;
}

/** What was told of acts upon the user or by him, oldest first. */
async function recordsOf(id: string) {
  const rows = await shop.sql`
    select data from events.outbox
     where type = 'audit.recorded' and (data->'target'->>'id' = ${id} or data->'actor'->>'id' = ${id}) order by id`;
  return rows.map(({ data }) => data);
}

describe("an admin", () => {
  test("disables a user, who is out everywhere within a second and told so after the right password only", async () => {
    const admin = await newStaff(shop, one, "admin");
    const user = await newUser(one);
    const elsewhere = await logIn(other, user.email, user.password);
    expect((await other.call("GET", "/v1/users/me", { token: elsewhere.token })).status).toBe(200);
    const disabled = await change(one, admin.token, user.id, { disabled: true });
    expect([disabled.status, disabled.body.disabled, disabled.body.email]).toEqual([200, true, user.email]);
    expect(await untilRefused(other, elsewhere.token)).toBeLessThan(busySecondMs);
    expect(refusal(await one.call("GET", "/v1/users/me", { token: user.token }))).toEqual([401, "session-revoked"]);
    expect(refusal(await refresh(other, elsewhere.refreshToken))).toEqual([401, "session-revoked"]);
    const { email, password } = user;
    const attempts = [
      await one.call("POST", "/v1/sessions", { body: { email, password } }),
      await one.call("POST", "/v1/sessions", { body: { email, password: "not-the-password" } }),
    ];
    expect(attempts.map(refusal)).toEqual([
      [403, "account-disabled"],
      [401, "wrong-credentials"],
    ]);
    expect((await change(one, admin.token, user.id, { disabled: false })).body.disabled).toBe(false);
    await logIn(other, email, password);
  });

  test("gives a role, which the old tokens do not have and the next log-in does", async () => {
    const admin = await newStaff(shop, one, "admin");
    const user = await newUser(one);
    expect((await change(one, admin.token, user.id, { role: "operator" })).body.role).toBe("operator");
    await untilRefused(other, user.token);
    const { token } = await logIn(one, user.email, user.password);
    expect((await other.call("GET", "/for/operator", { token })).status).toBe(200);
    expect(refusal(await other.call("GET", "/for/admin", { token }))).toEqual([403, "forbidden"]);
    expect((await other.call("GET", "/v1/audit-log", { token })).status).toBe(200);
    expect(refusal(await other.call("GET", "/v1/admin/users", { token }))).toEqual([403, "forbidden"]);
  });

  test("who changes nothing ends nobody's session and leaves no record", async () => {
    const admin = await newStaff(shop, one, "admin");
    const user = await newUser(one);
    for (const body of [{}, { role: "customer" }, { disabled: false }])
      expect((await change(one, admin.token, user.id, body)).status).toBe(200);
    expect((await one.call("GET", "/v1/users/me", { token: user.token })).status).toBe(200);
    expect(await recordsOf(user.id)).toEqual([]);
  });

  test("is told what is not allowed, and that nobody is there", async () => {
    const { token } = await newStaff(shop, one, "admin");
    const { id } = await newUser(one);
    const answers = [
      await change(one, token, id, { role: "owner" }),
      await change(one, token, id, { email: "other@example.com" }),
      await change(one, token, randomUUID(), { disabled: true }),
      await change(one, token, "no-id", { disabled: true }),
      await one.call("GET", `/v1/admin/users/${randomUUID()}`, { token }),
    ];
    expect(answers.map(refusal)).toEqual([
      [422, "invalid-request"],
      [422, "invalid-request"],
      [404, "not-found"],
      [404, "not-found"],
      [404, "not-found"],
    ]);
  });

  test("changes others only while his password was entered within 15 minutes; he may read on", async () => {
    const admin = await newStaff(shop, one, "admin");
    const { id } = await newUser(one);
    await shop.sql`update identity.sessions set authenticated_at = now() - interval '16 minutes' where user_id = ${admin.id}`;
    const { accessToken } = (await refresh(one, admin.refreshToken)).body;
    expect(refusal(await change(one, accessToken, id, { disabled: true }))).toEqual([401, "reauthentication-required"]);
    expect((await one.call("GET", `/v1/admin/users/${id}`, { token: accessToken })).status).toBe(200);
    const again = await logIn(one, admin.email, admin.password);
    expect((await change(one, again.token, id, { disabled: true })).status).toBe(200);
  });

  test("changes nobody by an operator's or a customer's token", async () => {
    const { id } = await newUser(one);
    for (const role of ["customer", "operator"] as const) {
      const { token } = await newStaff(shop, one, role);
      expect(refusal(await change(one, token, id, { role: "admin" }))).toEqual([403, "forbidden"]);
    }
  });
});

describe("the last admin stays", () => {
  test("since nobody changes himself", async () => {
    const { id, token } = await newStaff(shop, one, "admin");
    for (const body of [{ role: "customer" }, { disabled: true }, {}])
      expect(refusal(await change(one, token, id, body))).toEqual([403, "forbidden"]);
    expect((await one.call("GET", `/v1/admin/users/${id}`, { token })).body).toMatchObject({ role: "admin" });
  });

  test("since of two admins who demote or disable each other at once one succeeds", async () => {
    for (let round = 0; round < 20; round++) {
      const [a, b] = [await newStaff(shop, one, "admin"), await newStaff(shop, one, "admin")];
      const body = round % 2 ? { role: "customer" } : { disabled: true };
      const answers = await Promise.all([change(one, a.token, b.id, body), change(other, b.token, a.id, body)]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 403 || status === 401)).toHaveLength(1);
      expect(await adminsAmong([a.id, b.id])).toBe(1);
    }
  });

  test("since of a ring of admins who demote each other at once at least one does", async () => {
    for (let round = 0; round < 10; round++) {
      const ring = await Promise.all(Array.from({ length: 4 }, () => newStaff(shop, one, "admin")));
      await Promise.all(
        ring.map(({ token }, nth) =>
          change(nth % 2 ? one : other, token, ring[(nth + 1) % ring.length]?.id ?? "", { role: "operator" }),
        ),
      );
      expect(await adminsAmong(ring.map(({ id }) => id))).toBeGreaterThanOrEqual(1);
    }
  });

  async function adminsAmong(ids: string[]): Promise<number> {
    const [row] = await shop.sql`
      select count(*)::int as count from identity.users where id = any(${ids}) and role = 'admin' and not disabled`;
    return row?.count;
  }
});

test("a log-in while a role is taken away opens no session of the role that was", async () => {
  const admin = await newStaff(shop, one, "admin");
  for (let round = 0; round < 10; round++) {
    const user = await newStaff(shop, one, "admin");
    const { email, password } = user;
    const openings = Array.from({ length: 4 }, (_, nth) =>
      (nth % 2 ? one : other).call("POST", "/v1/sessions", { body: { email, password } }),
    );
    const [changed, ...opened] = await Promise.all([
      change(one, admin.token, user.id, { role: "customer" }),
      ...openings,
    ]);
    expect(changed.status).toBe(200);
    const standing = await shop.sql`select id from identity.sessions where user_id = ${user.id} and ended_at is null`;
    const ids = new Set(standing.map(({ id }) => id));
    const roles = opened
      .filter(({ status }) => status === 201)
      .map(({ body }) => claimsOf(body.accessToken))
      .filter(({ sid }) => ids.has(sid))
      .map(({ role }) => role);
    expect(new Set(roles).has("admin")).toBe(false);
  }
});

describe("what identity records", () => {
  test("are log-ins of admins and operators, not of customers", async () => {
    const actions: Record<string, string[]> = {};
    for (const role of ["customer", "operator", "admin"] as const) {
      const { id, token } = await newStaff(shop, one, role);
      const records = await recordsOf(id);
      actions[role] = records.map(({ action }) => action);
      for (const record of records)
        expect(record).toMatchObject({
          actor: { id, kind: "user" },
          target: { type: "session", id: claimsOf(token).sid },
          address: "203.0.113.1",
        });
    }
    expect(actions).toEqual({ customer: [], operator: ["session.opened"], admin: ["session.opened"] });
  });

  test("are changes of roles, standing and passwords, by whom and under which request, and no password", async () => {
    const admin = await newStaff(shop, one, "admin");
    const { id, email, password, token } = await newUser(one);
    const newPassword = `pass-${randomUUID()}`;
    const changed = await one.call("PUT", "/v1/users/me/password", {
      token,
      body: { currentPassword: password, newPassword },
    });
    expect(changed.status).toBe(204);
    const headers = { "X-Request-Id": "a-request-of-mine" };
    const body = { role: "operator", disabled: true };
    await one.call("PATCH", `/v1/admin/users/${id}`, { token: admin.token, body, headers, from: "198.51.100.7" });
    const records = await recordsOf(id);
    const target = { type: "user", id };
    const by = { actor: { id: admin.id, kind: "user" }, requestId: "a-request-of-mine", address: "198.51.100.7" };
    expect(records).toMatchObject([
      { action: "password.changed", actor: { id, kind: "user" }, target, detail: {} },
      { action: "user.role-changed", target, detail: { from: "customer", to: "operator" }, ...by },
      { action: "user.disabled", target, detail: {}, ...by },
    ]);
    const text = JSON.stringify(records);
    for (const secret of [password, newPassword, token, email]) expect(text).not.toContain(secret);
  });

  test("is nothing of what was refused", async () => {
    const admin = await newStaff(shop, one, "admin");
    const user = await newUser(one);
    await change(one, admin.token, user.id, { role: "owner" });
    await one.call("PUT", "/v1/users/me/password", {
      token: user.token,
      body: { currentPassword: "not-the-password", newPassword: `pass-${randomUUID()}` },
    });
    expect(await recordsOf(user.id)).toEqual([]);
  });
});
