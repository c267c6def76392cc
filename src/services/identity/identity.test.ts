import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { makeFirstAdmin, seedIdentity } from "../../../db/seed/identity.ts";
import {
  type Answer,
  type IdentityShop,
  openIdentityShop,
  type ShopInstance,
} from "../../../tests/support/identity-shop.ts";

let shop: IdentityShop;
let one: ShopInstance;
let other: ShopInstance;

beforeAll(async () => {
  shop = await openIdentityShop();
  one = shop.instance();
  other = shop.instance();
  await seedIdentity(shop.sql, { buyers: 3, scryptLn: 4 });
}, 60_000);

afterAll(async () => await shop.close(), 30_000);

async function newUser() {
  const email = `buyer-${randomUUID()}@example.com`;
  const password = `pass-${randomUUID()}`;
  const registered = await one.call("POST", "/v1/users", { body: { email, password, name: "A Buyer" } });
  expect(registered.status).toBe(201);
  return { id: registered.body.id as string, email, password, ...(await logIn(email, password)) };
}

async function logIn(email: string, password: string, at: ShopInstance = one) {
  const { status, body } = await at.call("POST", "/v1/sessions", { body: { email, password } });
  expect(status).toBe(201);
  return { token: body.accessToken as string, refreshToken: body.refreshToken as string };
}

function refresh(refreshToken: string, at: ShopInstance = one): Promise<Answer> {
  return at.call("POST", "/v1/sessions/refresh", { body: { refreshToken } });
}

const slug = ({ body }: Answer): string => String(body?.type).split("/").at(-1) ?? "";
const refusal = (answer: Answer): [number, string] => [answer.status, slug(answer)];

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
      { type: "user.registered", version: 1, data: { email: email.toLowerCase(), name: "Ann", region: "main" } },
    ]);
  });

  test("refuses an e-mail that is taken, whatever its case, and leaves no event", async () => {
    const { email } = await newUser();
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
    const { id, password } = await newUser();
    const [row] =
      await shop.sql`select password_hash, to_jsonb(users)::text as all from identity.users where id = ${id}`;
    expect(row?.password_hash).toMatch(/^\$scrypt\$ln=4,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(row?.all).not.toContain(password);
  });
});

describe("logging in", () => {
  test("answers a token that says who, and no e-mail and no name", async () => {
    const user = await newUser();
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
    const { email } = await newUser();
    const wrong = await one.call("POST", "/v1/sessions", { body: { email, password: "not-the-password" } });
    const body = { email: `no-${randomUUID()}@example.com`, password: "not-the-password" };
    const unknown = await one.call("POST", "/v1/sessions", { body });
    expect([refusal(wrong), refusal(unknown)]).toEqual(Array(2).fill([401, "wrong-credentials"]));
    expect(unknown.body.detail).toBe(wrong.body.detail);
  });

  test("tells a disabled account only to who knows its password", async () => {
    const { id, email, password } = await newUser();
    await shop.sql`update identity.users set disabled = true where id = ${id}`;
    const right = await one.call("POST", "/v1/sessions", { body: { email, password } });
    const wrong = await one.call("POST", "/v1/sessions", { body: { email, password: "not-the-password" } });
    expect([refusal(right), refusal(wrong)]).toEqual([
      [403, "account-disabled"],
      [401, "wrong-credentials"],
    ]);
  });

  test("the 11th failure from one address is refused, the right password too; another address may go on", async () => {
    const { email, password } = await newUser();
    const guess = (at: ShopInstance) =>
      at.call("POST", "/v1/sessions", { body: { email, password: "not-the-password" }, from: "198.51.100.7" });
    const answers = [];
    for (let guesses = 0; guesses < 11; guesses++) answers.push(await guess(guesses % 2 === 0 ? one : other));
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429]);
    expect(slug(answers[10] as Answer)).toBe("too-many-attempts");
    expect(Number(answers[10]?.headers.get("retry-after"))).toBeGreaterThan(800);
    const right = await other.call("POST", "/v1/sessions", { body: { email, password }, from: "198.51.100.7" });
    expect(right.status).toBe(429);
    await logIn(email, password);
  });

  test("parallel guesses are no way around the bound, and right passwords are never counted", async () => {
    const { email, password } = await newUser();
    const body = { email, password: "not-the-password" };
    const guesses = Array.from({ length: 15 }, () => one.call("POST", "/v1/sessions", { body, from: "198.51.100.8" }));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBe(10);
    for (let times = 0; times < 15; times++) await logIn(email, password);
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
    const { token } = await newUser();
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
    const { token } = await logIn("buyer1@headroom.local", "headroom-buyer", brief);
    expect((await brief.call("GET", "/v1/users/me", { token })).status).toBe(200);
    await Bun.sleep(2_100);
    for (const at of [brief, other])
      expect(refusal(await at.call("GET", "/v1/users/me", { token }))).toEqual([401, "token-expired"]);
  });

  test("the published keys verify them", async () => {
    const { token } = await newUser();
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

describe("roles", () => {
  test("a customer is refused where an operator or an admin may go", async () => {
    const customer = await logIn("buyer1@headroom.local", "headroom-buyer");
    const operator = await logIn("operator@headroom.local", "headroom-operator");
    const admin = await logIn("admin@headroom.local", "headroom-admin");
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

describe("oneself", () => {
  test("can be read and changed", async () => {
    const { id, token, email } = await newUser();
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

describe("sessions", () => {
  test("a refresh rotates; the predecessor answers the same successor until that is used, then ends the family", async () => {
    const { refreshToken: first, token } = await newUser();
    const second = await refresh(first);
    expect(second.status).toBe(201);
    expect((await refresh(first, other)).body.refreshToken).toBe(second.body.refreshToken);
    const third = await refresh(second.body.refreshToken);
    expect(third.status).toBe(201);
    expect(refusal(await refresh(first, other))).toEqual([401, "session-revoked"]);
    expect(refusal(await refresh(third.body.refreshToken))).toEqual([401, "session-revoked"]);
    expect(refusal(await other.call("GET", "/v1/users/me", { token }))).toEqual([401, "session-revoked"]);
  });

  test("the predecessor's ten seconds end", async () => {
    const { refreshToken } = await newUser();
    const { body } = await refresh(refreshToken);
    await shop.sql`update identity.sessions set rotated_at = now() - interval '11 seconds' where user_id = ${subjectOf(body.accessToken)}`;
    expect(refusal(await refresh(refreshToken))).toEqual([401, "session-revoked"]);
  });

  test("50 parallel refreshes get one successor and log nobody out", async () => {
    const { refreshToken } = await newUser();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, nth) => refresh(refreshToken, nth % 2 ? one : other)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
  });

  test("a forged, a foreign and an expired refresh token are invalid", async () => {
    const { id, refreshToken } = await newUser();
    const text = Buffer.from(refreshToken, "base64url").toString();
    const forged = Buffer.from(text.replace(".0.", ".1.")).toString("base64url");
    const foreign = shop.instance({ REFRESH_SECRET: "the secret of another shop" });
    await shop.sql`update identity.sessions set expires_at = now() where user_id = ${id}`;
    const answers = [
      await refresh(forged),
      await refresh("garbage"),
      await refresh(refreshToken, foreign),
      await refresh(refreshToken),
    ];
    expect(answers.map(refusal)).toEqual(Array(4).fill([401, "refresh-token-invalid"]));
  });

  test("logging out is known to every instance within a second", async () => {
    const { token } = await newUser();
    expect((await other.call("GET", "/v1/users/me", { token })).status).toBe(200);
    expect((await one.call("DELETE", "/v1/sessions/current", { token })).status).toBe(204);
    const endedAt = Date.now();
    expect(refusal(await one.call("GET", "/v1/users/me", { token }))).toEqual([401, "session-revoked"]);
    while ((await other.call("GET", "/v1/users/me", { token })).status === 200) await Bun.sleep(20);
    expect(Date.now() - endedAt).toBeLessThan(1_000);
    expect(refusal(await other.call("GET", "/v1/users/me", { token }))).toEqual([401, "session-revoked"]);
  });

  test("logging out holds with Redis away, and reading oneself goes on", async () => {
    const alone = shop.instance({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    const { email, password } = await newUser();
    const { token } = await logIn(email, password, alone);
    expect((await alone.call("GET", "/v1/users/me", { token })).status).toBe(200);
    expect((await alone.call("DELETE", "/v1/sessions/current", { token })).status).toBe(204);
    expect(refusal(await alone.call("GET", "/v1/users/me", { token }))).toEqual([401, "session-revoked"]);
    const fresh = shop.instance({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    expect(refusal(await fresh.call("GET", "/v1/users/me", { token }))).toEqual([401, "session-revoked"]);
  });

  test("with Redis and the database away a token is still believed, a log-out that Redis knows still holds", async () => {
    const { email, password, token } = await newUser();
    const out = await logIn(email, password);
    await one.call("DELETE", "/v1/sessions/current", { token: out.token });
    const away = { DATABASE_URL: "postgres://headroom:x@127.0.0.1:1/headroom" };
    const noDatabase = shop.instance(away);
    const nothing = shop.instance({ ...away, UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    expect(refusal(await noDatabase.call("GET", "/for/admin", { token: out.token }))).toEqual([401, "session-revoked"]);
    expect(refusal(await noDatabase.call("GET", "/for/admin", { token }))).toEqual([403, "forbidden"]);
    expect(refusal(await nothing.call("GET", "/for/admin", { token }))).toEqual([403, "forbidden"]);
  });

  test("are listed newest first, page by page, and each can be ended by its owner alone", async () => {
    const user = await newUser();
    await logIn(user.email, user.password, other);
    const last = await logIn(user.email, user.password);
    const first = await one.call("GET", "/v1/sessions?limit=2", { token: last.token });
    expect(first.body.data.map((session: { current: boolean }) => session.current)).toEqual([true, false]);
    const next = await one.call("GET", `/v1/sessions?limit=2&cursor=${first.body.nextCursor}`, { token: last.token });
    expect(next.body.data.length).toBe(1);
    expect(next.body.nextCursor).toBeNull();
    const oldest = next.body.data[0].id;
    const stranger = await newUser();
    expect((await one.call("DELETE", `/v1/sessions/${oldest}`, { token: stranger.token })).status).toBe(404);
    expect((await one.call("DELETE", "/v1/sessions/no-uuid", { token: last.token })).status).toBe(404);
    expect((await one.call("DELETE", `/v1/sessions/${oldest}`, { token: last.token })).status).toBe(204);
    expect((await one.call("DELETE", `/v1/sessions/${oldest}`, { token: last.token })).status).toBe(404);
    expect(refusal(await one.call("GET", "/v1/users/me", { token: user.token }))).toEqual([401, "session-revoked"]);
    expect((await one.call("GET", "/v1/users/me", { token: last.token })).status).toBe(200);
  });

  test("a browser's refresh token lives in a cookie that only our own pages can use", async () => {
    const { email, password } = await newUser();
    const session = await one.call("POST", "/v1/sessions", { body: { email, password, cookie: true } });
    expect(session.body.refreshToken).toBeUndefined();
    const set = session.headers.get("set-cookie") ?? "";
    expect(set).toMatch(/^hr_refresh=[^;]+; Max-Age=2592000; Path=\/v1\/sessions; HttpOnly; SameSite=Strict$/);
    const cookie = set.split(";")[0] ?? "";
    const from = (origin: string) =>
      one.call("POST", "/v1/sessions/refresh", { headers: { cookie, ...(origin && { origin }) } });
    expect(refusal(await from("https://evil.example"))).toEqual([403, "forbidden"]);
    expect(refusal(await from(""))).toEqual([403, "forbidden"]);
    const refreshed = await from("http://127.0.0.1:3000");
    expect(refreshed.status).toBe(201);
    expect(refreshed.body.refreshToken).toBeUndefined();
    expect(refreshed.headers.get("set-cookie")).toStartWith("hr_refresh=");
    const headers = { cookie };
    const out = await one.call("DELETE", "/v1/sessions/current", { token: refreshed.body.accessToken, headers });
    expect(out.headers.get("set-cookie")).toStartWith("hr_refresh=; Max-Age=0");
  });
});

describe("limits", () => {
  test("a user has so many requests a minute over all instances, and is told where he stands", async () => {
    const pair = [1, 2].map(() => shop.instance({ RATE_LIMIT_SCALE: "0.1" }));
    const { token } = await newUser();
    await untilWindowIsYoung();
    const answers = [];
    for (let nth = 0; nth < 66; nth++)
      answers.push(await (pair[nth % 2] as ShopInstance).call("GET", "/v1/users/me", { token, from: "198.51.100.30" }));
    const [first] = answers;
    expect(first?.headers.get("ratelimit-policy")).toBe('"user";q=60;w=60');
    expect(first?.headers.get("ratelimit")).toMatch(/^"user";r=59;t=\d+$/);
    expect(answers.filter(({ status }) => status === 200).length).toBe(60);
    const last = answers.at(-1) as Answer;
    expect(refusal(last)).toEqual([429, "rate-limited"]);
    expect(last.body.policy).toBe("user");
    expect(Number(last.headers.get("retry-after"))).toBeWithin(1, 61);
  }, 20_000);

  test("concurrent requests of one user are neither let through nor refused wrongly", async () => {
    const limited = shop.instance({ RATE_LIMIT_SCALE: "0.1" });
    const { token } = await newUser();
    await untilWindowIsYoung();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => limited.call("GET", "/v1/users/me", { token, from: "198.51.100.31" })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(60);
  }, 20_000);

  test("strong reads have a bound of their own", async () => {
    const limited = shop.instance({ RATE_LIMIT_SCALE: "0.1" });
    const { token } = await newUser();
    const headers = { "read-consistency": "strong" };
    const from = "198.51.100.32";
    await untilWindowIsYoung();
    const answers = [];
    for (let nth = 0; nth < 7; nth++) answers.push(await limited.call("GET", "/v1/users/me", { token, headers, from }));
    expect(answers[0]?.headers.get("ratelimit-policy")).toBe('"user";q=60;w=60, "strong";q=6;w=60');
    expect(answers.map(({ status }) => status)).toEqual([...Array(6).fill(200), 429]);
    expect(answers[6]?.body.policy).toBe("strong");
    expect((await limited.call("GET", "/v1/users/me", { token, from })).status).toBe(200);
  }, 20_000);

  test("an address has so many requests a minute, a public answer says nothing of it", async () => {
    const limited = shop.instance({ RATE_LIMIT_SCALE: "0.01" });
    const from = "2001:db8:1:2::a";
    await untilWindowIsYoung();
    const answers = [];
    for (let nth = 0; nth < 13; nth++) answers.push(await limited.call("GET", "/for/anyone", { from }));
    expect(answers.map(({ status }) => status)).toEqual([...Array(12).fill(200), 429]);
    expect(answers[0]?.headers.has("ratelimit")).toBe(false);
    expect(answers[12]?.body.policy).toBe("address");
    const neighbour = await limited.call("GET", "/for/anyone", { from: "2001:db8:1:2:ffff::b" });
    const stranger = await limited.call("GET", "/for/anyone", { from: "2001:db8:1:3::a" });
    expect([neighbour.status, stranger.status]).toEqual([429, 200]);
  }, 20_000);

  test("an address may register 20 accounts an hour", async () => {
    const limited = shop.instance({ RATE_LIMIT_SCALE: "1" });
    const register = () =>
      limited.call("POST", "/v1/users", {
        body: { email: `r-${randomUUID()}@example.com`, password: "a-fine-passphrase", name: "R" },
        from: "198.51.100.20",
      });
    const answers = [];
    for (let nth = 0; nth < 21; nth++) answers.push(await register());
    expect(answers.map(({ status }) => status)).toEqual([...Array(20).fill(201), 429]);
    expect(answers[20]?.body.policy).toBe("registration");
  }, 20_000);

  test("hold for each instance alone while Redis is away, and never answer 5xx", async () => {
    const alone = shop.instance({ RATE_LIMIT_SCALE: "0.01", UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    await untilWindowIsYoung();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => alone.call("GET", "/for/anyone", { from: "198.51.100.21" })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBe(12);
    expect(statuses.filter((status) => status === 429).length).toBe(8);
  }, 20_000);
});

describe("seeded accounts", () => {
  test("are the same on every run and let the buyers in", async () => {
    const before =
      await shop.sql`select id, email, password_hash from identity.users where email like '%@headroom.local' order by email`;
    await seedIdentity(shop.sql, { buyers: 3, scryptLn: 4 });
    const after =
      await shop.sql`select id, email, password_hash from identity.users where email like '%@headroom.local' order by email`;
    expect(after).toEqual(before);
    expect(before.map(({ email }) => email.split("@")[0])).toEqual(["admin", "buyer1", "buyer2", "buyer3", "operator"]);
    await logIn("buyer3@headroom.local", "headroom-buyer");
  });

  test("can be ten thousand", async () => {
    await seedIdentity(shop.sql, { buyers: 10_000, scryptLn: 4 });
    const [row] =
      await shop.sql`select count(*)::int as count from identity.users where email like 'buyer%@headroom.local'`;
    expect(row?.count).toBe(10_000);
    await logIn("buyer10000@headroom.local", "headroom-buyer");
  }, 20_000);

  test("the first admin is made only while there is none, and nobody is promoted", async () => {
    const env = { ADMIN_EMAIL: "Owner@Example.com", ADMIN_PASSWORD: "an-owner's-passphrase", SCRYPT_LN: "4" };
    expect(await makeFirstAdmin(shop.sql, env)).toBe(false);
    await shop.sql.begin(async (tx) => {
      await tx`update identity.users set role = 'operator' where role = 'admin'`;
      const within = tx as unknown as typeof shop.sql;
      await expect(makeFirstAdmin(within, { ...env, ADMIN_EMAIL: "buyer1@headroom.local" })).rejects.toThrow(
        "not promoted",
      );
      await expect(makeFirstAdmin(within, { ...env, ADMIN_PASSWORD: "password123" })).rejects.toThrow("easy to guess");
      expect(await makeFirstAdmin(within, env)).toBe(true);
      const [admin] = await tx`select email from identity.users where role = 'admin'`;
      expect(admin?.email).toBe("owner@example.com");
      await tx`delete from identity.users where email = 'owner@example.com'`;
      await tx`update identity.users set role = 'admin' where email = 'admin@headroom.local'`;
    });
  });
});

function subjectOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).sub;
}

/** A window of a minute must not end amid the test. */
async function untilWindowIsYoung(): Promise<void> {
  const rest = 60 - (Math.floor(Date.now() / 1000) % 60);
  if (rest < 4) await Bun.sleep(rest * 1000 + 50);
}
