import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import {
  logIn,
  newUser,
  openIdentityShop,
  refusal,
  type ShopInstance,
  slug,
} from "../../../tests/support/identity-shop.ts";
import { mailedToken, type TokenPurpose } from "../../platform/mailed-token.ts";

const shop = await openIdentityShop();
const one = shop.instance();
const other = shop.instance();

const password = "a-brand-new-password";

const askForReset = (email: string) => one.call("POST", "/v1/password-resets", { body: { email } });
const reset = (at: ShopInstance, token: string, to = password) =>
  at.call("PUT", "/v1/password-resets", { body: { token, password: to } });
const confirm = (token: string) => one.call("POST", "/v1/email-verifications/confirm", { body: { token } });

/** Those that mails would carry, oldest first: made of the events as the mail's writer does. */
async function tokensOf(userId: string, purpose: TokenPurpose): Promise<string[]> {
  const types = purpose === "reset" ? ["user.reset-requested"] : ["user.registered", "user.verification-requested"];
  const rows = await shop.sql<{ requestId: string }[]>`
    select data->>'requestId' as "requestId" from events.outbox
     where key = ${userId} and type in ${shop.sql(types)} order by version`;
  return rows.map(({ requestId }) => mailedToken(one.deps.config, purpose, requestId));
}

async function tokenToReset(user: { readonly id: string; readonly email: string }): Promise<string> {
  expect((await askForReset(user.email)).status).toBe(202);
  return (await tokensOf(user.id, "reset")).at(-1) ?? "";
}

describe("resetting a password", () => {
  test("by the token of a mail sets the new one, verifies the e-mail and ends all sessions", async () => {
    const user = await newUser(one);
    const token = await tokenToReset(user);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await reset(other, token)).status).toBe(204);
    expect(refusal(await one.call("GET", "/v1/users/me", { token: user.token }))).toEqual([401, "session-revoked"]);
    const old = await one.call("POST", "/v1/sessions", { body: { email: user.email, password: user.password } });
    expect(refusal(old)).toEqual([401, "wrong-credentials"]);
    const again = await logIn(one, user.email, password);
    const { body } = await one.call("GET", "/v1/users/me", { token: again.token });
    expect(body.emailVerified).toBe(true);
  });

  test("says the same of a token that is used, expired, unknown or of another purpose", async () => {
    const user = await newUser(one);
    const used = await tokenToReset(user);
    await reset(one, used);
    const expired = await tokenToReset(user);
    await shop.sql`update identity.mailed_tokens set expires_at = now() where user_id = ${user.id} and purpose = 'reset'`;
    const [toVerify = ""] = await tokensOf(user.id, "verification");
    const answers = await Promise.all([used, expired, toVerify, "unknown"].map((token) => reset(one, token)));
    expect(answers.map(refusal)).toEqual(Array(4).fill([400, "token-invalid"]));
    expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1);
  });

  test("lasts 30 minutes, and a refused password spends nothing", async () => {
    const user = await newUser(one);
    const token = await tokenToReset(user);
    const [life] = await shop.sql`
      select extract(epoch from expires_at - created_at)::int as seconds from identity.mailed_tokens
       where user_id = ${user.id} and purpose = 'reset'`;
    expect(life?.seconds).toBe(1_800);
    expect(refusal(await reset(one, token, user.email))).toEqual([422, "weak-password"]);
    expect(refusal(await reset(one, token, "short"))).toEqual([422, "invalid-request"]);
    expect((await reset(one, token)).status).toBe(204);
  });

  test("by one token twice at once succeeds once", async () => {
    const user = await newUser(one);
    const token = await tokenToReset(user);
    const passwords = ["the-first-new-phrase", "the-second-new-phrase", "the-third-new-phrase"];
    const answers = await Promise.all(passwords.map((to, nth) => reset(nth % 2 ? one : other, token, to)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 400, 400]);
    await logIn(one, user.email, passwords[answers.findIndex(({ status }) => status === 204)] ?? "");
  });

  test("leaves no other token good, nor does a change of the password", async () => {
    const user = await newUser(one);
    const first = await tokenToReset(user);
    const second = await tokenToReset(user);
    expect((await reset(one, second)).status).toBe(204);
    expect(refusal(await reset(one, first))).toEqual([400, "token-invalid"]);
    const third = await tokenToReset(user);
    const { token } = await logIn(one, user.email, password);
    const body = { currentPassword: password, newPassword: "once-more-a-phrase" };
    expect((await one.call("PUT", "/v1/users/me/password", { token, body })).status).toBe(204);
    expect(refusal(await reset(one, third))).toEqual([400, "token-invalid"]);
  });

  test("beside a change of the password ends well, whichever comes first", async () => {
    for (let round = 0; round < 10; round++) {
      const user = await newUser(one);
      const token = await tokenToReset(user);
      const body = { currentPassword: user.password, newPassword: "once-more-a-phrase" };
      const [resetting, changing] = await Promise.all([
        reset(other, token),
        one.call("PUT", "/v1/users/me/password", { token: user.token, body }),
      ]);
      const statuses = [resetting.status, changing.status];
      expect([
        [204, 401],
        [400, 204],
      ]).toContainEqual(statuses);
      await logIn(one, user.email, resetting.status === 204 ? password : body.newPassword);
    }
  });

  test("opens an account to which too many log-ins failed, on every instance", async () => {
    const user = await newUser(one);
    const guess = { email: user.email, password: "not-the-password" };
    for (let guesses = 0; guesses < 11; guesses++) {
      await one.call("POST", "/v1/sessions", { body: guess });
      await other.call("POST", "/v1/sessions", { body: guess });
    }
    const before = { body: { email: user.email, password: user.password } };
    expect(refusal(await other.call("POST", "/v1/sessions", before))).toEqual([429, "too-many-attempts"]);
    await reset(one, await tokenToReset(user));
    await logIn(one, user.email, password);
    await logIn(other, user.email, password);
  });

  test("is answered alike for an unknown e-mail, which is told nothing, and refused after 3 in an hour", async () => {
    const user = await newUser(one);
    const unknown = `no-${randomUUID()}@example.com`;
    for (const email of [user.email.toUpperCase(), unknown]) {
      const answers = [];
      for (let times = 0; times < 4; times++) answers.push(await askForReset(email));
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 429]);
      expect([answers[3]?.body.policy, answers[3]?.headers.has("retry-after")]).toEqual(["reset", true]);
    }
    const told =
      await shop.sql`select version, data from events.outbox where type = 'user.reset-requested' and key = ${user.id} order by version`;
    expect(told.map(({ version }) => Number(version))).toEqual([2, 3, 4]);
    expect(await shop.sql`select from events.outbox where data->>'email' = ${unknown}`).toHaveLength(0);
  });

  test("stores no token, and no event carries one", async () => {
    const user = await newUser(one);
    const token = await tokenToReset(user);
    const [stored] = await shop.sql`select jsonb_agg(t)::text as all from identity.mailed_tokens t`;
    const [told] = await shop.sql`select jsonb_agg(o)::text as all from events.outbox o where key = ${user.id}`;
    expect(stored?.all).toContain(user.id);
    expect(told?.all).toContain("requestId");
    expect([stored?.all.includes(token), told?.all.includes(token)]).toEqual([false, false]);
  });
});

describe("verifying an e-mail", () => {
  test("by the token of the welcome mail works once, for a day", async () => {
    const user = await newUser(one);
    const [token = ""] = await tokensOf(user.id, "verification");
    const [life] = await shop.sql`
      select extract(epoch from expires_at - created_at)::int as seconds from identity.mailed_tokens where user_id = ${user.id}`;
    expect(life?.seconds).toBe(86_400);
    const answers = await Promise.all([confirm(token), confirm(token)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 400]);
    expect(refusal(await confirm(token))).toEqual([400, "token-invalid"]);
    const { body } = await one.call("GET", "/v1/users/me", { token: user.token });
    expect(body.emailVerified).toBe(true);
  });

  test("by an expired token or one for resets does not", async () => {
    const user = await newUser(one);
    const [expired = ""] = await tokensOf(user.id, "verification");
    await shop.sql`update identity.mailed_tokens set expires_at = now() where user_id = ${user.id}`;
    const toReset = await tokenToReset(user);
    for (const token of [expired, toReset, "unknown"]) expect(slug(await confirm(token))).toBe("token-invalid");
    const { body } = await one.call("GET", "/v1/users/me", { token: user.token });
    expect(body.emailVerified).toBe(false);
  });

  test("can be asked for again until it is done, 3 times an hour", async () => {
    const user = await newUser(one);
    const ask = () => one.call("POST", "/v1/email-verifications", { token: user.token });
    expect((await ask()).status).toBe(202);
    const tokens = await tokensOf(user.id, "verification");
    expect(tokens).toHaveLength(2);
    for (const token of tokens) expect((await confirm(token)).status).toBe(204);
    expect((await ask()).status).toBe(202);
    expect(await tokensOf(user.id, "verification")).toHaveLength(2);
    expect((await ask()).status).toBe(202);
    expect(refusal(await ask())).toEqual([429, "rate-limited"]);
  });
});
