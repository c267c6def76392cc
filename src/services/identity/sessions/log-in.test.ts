import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { seedIdentity } from "../../../../db/seed/identity.ts";
import {
  type Answer,
  logIn,
  newUser,
  openIdentityShop,
  refresh,
  refusal,
  type ShopInstance,
  slug,
} from "../../../../tests/support/identity-shop.ts";

const shop = await openIdentityShop();
const one = shop.instance();
const other = shop.instance();
await seedIdentity(shop.sql, { buyers: 3, scryptLn: 4 });

describe("logging in", () => {
  test("answers a token that says who, and no e-mail and no name", async () => {
    const user = await newUser(one);
    const [header, claims] = user.token
      .split(".")
      .slice(0, 2)
      .map((part) => JSON.parse(atob(part.replace(/-/g, "+").replace(/_/g, "/"))));
    expect(header).toMatchObject({ alg: "EdDSA", typ: "at+jwt", kid: "first" });
    expect(Object.keys(claims).sort()).toEqual(
      ["aud", "auth_time", "exp", "iat", "iss", "jti", "region", "role", "sid", "sub"].sort(),
    );
    expect(claims).toMatchObject({ sub: user.id, aud: "headroom", iss: "http://127.0.0.1:3000", role: "customer" });
    expect(claims.exp - claims.iat).toBe(600);
  });

  test("says the same of a wrong password and an unknown e-mail", async () => {
    const { email } = await newUser(one);
    const wrong = await one.call("POST", "/v1/sessions", { body: { email, password: "not-the-password" } });
    const body = { email: `no-${randomUUID()}@example.com`, password: "not-the-password" };
    const unknown = await one.call("POST", "/v1/sessions", { body });
    expect([refusal(wrong), refusal(unknown)]).toEqual(Array(2).fill([401, "wrong-credentials"]));
    expect(unknown.body.detail).toBe(wrong.body.detail);
  });

  test("tells a disabled account only to who knows its password", async () => {
    const { id, email, password } = await newUser(one);
    await shop.sql`update identity.users set disabled = true where id = ${id}`;
    const right = await one.call("POST", "/v1/sessions", { body: { email, password } });
    const wrong = await one.call("POST", "/v1/sessions", { body: { email, password: "not-the-password" } });
    expect([refusal(right), refusal(wrong)]).toEqual([
      [403, "account-disabled"],
      [401, "wrong-credentials"],
    ]);
  });

  test("the 11th failure from one address is refused, the right password too; another address may go on", async () => {
    const { email, password } = await newUser(one);
    const guess = (at: ShopInstance) =>
      at.call("POST", "/v1/sessions", { body: { email, password: "not-the-password" }, from: "198.51.100.7" });
    const answers = [];
    for (let guesses = 0; guesses < 11; guesses++) answers.push(await guess(guesses % 2 === 0 ? one : other));
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429]);
    expect(slug(answers[10] as Answer)).toBe("too-many-attempts");
    expect(Number(answers[10]?.headers.get("retry-after"))).toBeGreaterThan(800);
    const right = await other.call("POST", "/v1/sessions", { body: { email, password }, from: "198.51.100.7" });
    expect(right.status).toBe(429);
    await logIn(one, email, password);
  });

  test("parallel guesses are no way around the bound, and right passwords are never counted", async () => {
    const { email, password } = await newUser(one);
    const body = { email, password: "not-the-password" };
    const guesses = Array.from({ length: 15 }, () => one.call("POST", "/v1/sessions", { body, from: "198.51.100.8" }));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBe(10);
    for (let times = 0; times < 15; times++) await logIn(one, email, password);
  });

  test("a storm of log-ins is refused early and clearly", async () => {
    const slow = shop.instance({ SCRYPT_LN: "13" });
    const body = { email: "nobody@example.com", password: "not-the-password" };
    const storm = Array.from({ length: 40 }, (_, nth) =>
      slow.call("POST", "/v1/sessions", { body, from: `192.0.2.${nth}` }),
    );
    const answers = await Promise.all(storm);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(15);
    expect(new Set(refused.map(slug))).toEqual(new Set(["overloaded"]));
    expect(refused.every(({ headers }) => headers.has("retry-after"))).toBe(true);
  }, 20_000);
});

describe("tokens", () => {
  test("none, garbage, forged and alg none are 401 and ask for a Bearer", async () => {
    const { token } = await newUser(one);
    const [head, payload = "", signature] = token.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, role: "admin" })).toString("base64url");
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt" })).toString("base64url");
    const tokens = [undefined, "garbage", `${head}.${forged}.${signature}`, `${none}.${forged}.`, "x".repeat(5_000)];
    for (const bad of tokens) {
      const answer = await one.call("GET", "/v1/users/me", bad === undefined ? {} : { token: bad });
      expect(refusal(answer)).toEqual([401, "unauthenticated"]);
      expect(answer.headers.get("www-authenticate")).toStartWith("Bearer");
    }
  });

  test("an expired one says so, also where it was seen before", async () => {
    const brief = shop.instance({ ACCESS_TOKEN_TTL_SECONDS: "2" });
    const { token } = await logIn(brief, "buyer1@headroom.local", "headroom-buyer");
    expect((await brief.call("GET", "/v1/users/me", { token })).status).toBe(200);
    await Bun.sleep(2_100);
    for (const at of [brief, other])
      expect(refusal(await at.call("GET", "/v1/users/me", { token }))).toEqual([401, "token-expired"]);
  });

  test("the published keys verify them", async () => {
    const { token } = await newUser(one);
    const answer = await one.call("GET", "/.well-known/jwks.json", { token: "not even looked at" });
    expect(answer.headers.get("cache-control")).toStartWith("public, max-age=");
    expect(answer.headers.has("ratelimit")).toBe(false);
    const [key] = answer.body.keys;
    expect(key.d).toBeUndefined();
    const [head, payload, signature = ""] = token.split(".");
    const publicKey = await crypto.subtle.importKey("jwk", key, "Ed25519", false, ["verify"]);
    const signed = new TextEncoder().encode(`${head}.${payload}`);
    expect(await crypto.subtle.verify("Ed25519", publicKey, Buffer.from(signature, "base64url"), signed)).toBe(true);
  });
});

describe("what asks for the password anew", () => {
  test("is open for 15 minutes after a log-in; a refresh makes the log-in no younger", async () => {
    const { token, refreshToken } = await logIn(one, "operator@headroom.local", "headroom-operator");
    expect((await one.call("GET", "/for/fresh", { token })).status).toBe(200);
    const age = async (minutes: number) => {
      const { sid } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
      await shop.sql`update identity.sessions set authenticated_at = now() - ${minutes} * interval '1 minute' where id = ${sid}`;
    };
    await age(14);
    const younger = (await refresh(one, refreshToken)).body;
    expect((await one.call("GET", "/for/fresh", { token: younger.accessToken })).status).toBe(200);
    await age(16);
    const older = (await refresh(one, younger.refreshToken)).body.accessToken;
    expect(refusal(await one.call("GET", "/for/fresh", { token: older }))).toEqual([401, "reauthentication-required"]);
    expect((await one.call("GET", "/for/operator", { token: older })).status).toBe(200);
  });
});

describe("roles", () => {
  test("a customer is refused where an operator or an admin may go", async () => {
    const customer = await logIn(one, "buyer1@headroom.local", "headroom-buyer");
    const operator = await logIn(one, "operator@headroom.local", "headroom-operator");
    const admin = await logIn(one, "admin@headroom.local", "headroom-admin");
    const statuses = await Promise.all(
      [customer, operator, admin].map(async ({ token }) => [
        (await one.call("GET", "/for/operator", { token })).status,
        (await one.call("GET", "/for/admin", { token })).status,
      ]),
    );
    expect(statuses).toEqual([
      [403, 403],
      [200, 403],
      [200, 200],
    ]);
  });
});
