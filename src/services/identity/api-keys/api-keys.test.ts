import { beforeEach, describe, expect, test } from "bun:test";
import { seedIdentity } from "../../../../db/seed/identity.ts";
import {
  type Answer,
  logIn,
  openIdentityShop,
  refresh,
  refusal,
  type ShopInstance,
} from "../../../../tests/support/identity-shop.ts";
import { busySecondMs } from "../../../../tests/support/time.ts";
import { keyScopes } from "../../../contracts/key-scopes.ts";

const shop = await openIdentityShop();
await seedIdentity(shop.sql, { buyers: 1, scryptLn: 4 });
const one = shop.instance();
const other = shop.instance();
let token = "";
let refreshToken = "";

beforeEach(async () => {
  await shop.sql`delete from identity.api_keys`;
  ({ token, refreshToken } = await logIn(one, "admin@headroom.local", "headroom-admin"));
});

const make = (more: object = {}): Promise<Answer> =>
  one.call("POST", "/v1/api-keys", { token, body: { name: "Warehouse", scopes: ["stock:write"], ...more } });
const use = (at: ShopInstance, key: string, path = "/for/stock-keys", from = "203.0.113.1") =>
  at.call("GET", path, { token: key, from });

async function madeKey(more: object = {}): Promise<{ readonly id: string; readonly key: string }> {
  const { status, body } = await make(more);
  expect(status).toBe(201);
  return body;
}

const away = { DATABASE_URL: "postgres://headroom:x@127.0.0.1:1/headroom" };
const withoutRedis = { UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" };

describe("an API key", () => {
  test("is told when an admin makes it, never again, and is nowhere stored", async () => {
    const { status, body, headers } = await make({ expiresAt: "2999-01-02T03:04:05Z" });
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`/v1/api-keys/${body.id}`);
    expect(body.key).toMatch(/^hr_[\w-]{43}$/);
    expect(body.key).toStartWith(body.prefix);
    expect(body).toMatchObject({ name: "Warehouse", scopes: ["stock:write"], expiresAt: "2999-01-02T03:04:05Z" });
    const { key, ...shown } = body;
    expect((await one.call("GET", "/v1/api-keys", { token })).body).toEqual({ data: [shown], nextCursor: null });
    const [row] = await shop.sql`select to_jsonb(k)::text as text from identity.api_keys k`;
    expect(row?.text).not.toContain(key);
    expect(row?.text).not.toContain(key.slice(-20));
  });

  test("opens what its scope names and nothing else: no other admin's route, no user's, no making of keys", async () => {
    const { key, id } = await madeKey();
    const { body } = await use(one, key);
    expect(body).toEqual({ by: id });
    const reader = await madeKey({ scopes: keyScopes.filter((scope) => scope !== "stock:write") });
    expect(refusal(await use(one, reader.key))).toEqual([403, "forbidden"]);
    for (const path of ["/for/admin", "/for/operator", "/for/fresh", "/v1/api-keys"])
      expect(refusal(await use(one, key, path))).toEqual([403, "forbidden"]);
    expect(refusal(await one.call("POST", "/v1/api-keys", { token: key, body: {} }))).toEqual([403, "forbidden"]);
    expect(refusal(await one.call("DELETE", `/v1/api-keys/${id}`, { token: key }))).toEqual([403, "forbidden"]);
    for (const path of ["/v1/users/me", "/v1/sessions"])
      expect(refusal(await use(one, key, path))).toEqual([401, "unauthenticated"]);
    expect((await use(one, key, "/for/anyone")).status).toBe(200);
  });

  test("does not count where it is spoiled, shortened, empty or somebody's guess", async () => {
    const { key } = await madeKey();
    const flipped = [...key].map((letter, at) => key.slice(0, at) + (letter === "x" ? "y" : "x") + key.slice(at + 1));
    const spoiled = [
      ...flipped.slice(3, 46),
      key.slice(0, -1),
      `${key}x`,
      "hr_",
      `hr_${"x".repeat(43)}`,
      `hr_${"x".repeat(3_000)}`,
    ];
    for (const guess of spoiled) {
      const answer = await use(one, guess);
      expect(refusal(answer)).toEqual([401, "unauthenticated"]);
      expect(answer.headers.get("www-authenticate")).toStartWith("Bearer");
    }
    expect((await use(one, key)).status).toBe(200);
  });

  test("that is revoked is refused by every instance within a second, and revoking it again is 404", async () => {
    const { key, id } = await madeKey();
    expect([(await use(one, key)).status, (await use(other, key)).status]).toEqual([200, 200]);
    expect((await one.call("DELETE", `/v1/api-keys/${id}`, { token })).status).toBe(204);
    const revokedAt = Date.now();
    expect(refusal(await use(one, key))).toEqual([401, "unauthenticated"]);
    while ((await use(other, key)).status === 200) await Bun.sleep(20);
    expect(Date.now() - revokedAt).toBeLessThan(busySecondMs);
    expect(refusal(await use(other, key))).toEqual([401, "unauthenticated"]);
    expect(refusal(await use(shop.instance(), key))).toEqual([401, "unauthenticated"]);
    expect(refusal(await one.call("DELETE", `/v1/api-keys/${id}`, { token }))).toEqual([404, "not-found"]);
    expect((await one.call("GET", "/v1/api-keys", { token })).body.data).toEqual([]);
  });

  test("that expires is refused by every instance within a second, and is listed no more", async () => {
    const expiresAt = new Date(Date.now() + 1_500);
    const { key } = await madeKey({ expiresAt: expiresAt.toISOString() });
    expect([(await use(one, key)).status, (await use(other, key)).status]).toEqual([200, 200]);
    for (const at of [one, other, shop.instance()]) {
      while ((await use(at, key)).status === 200) await Bun.sleep(20);
      expect(Date.now() - expiresAt.getTime()).toBeWithin(0, busySecondMs);
      expect(refusal(await use(at, key))).toEqual([401, "unauthenticated"]);
    }
    expect((await one.call("GET", "/v1/api-keys", { token })).body.data).toEqual([]);
  });

  test("goes on without Redis, where revoking still holds", async () => {
    const alone = shop.instance(withoutRedis);
    const { key, id } = await madeKey();
    expect((await use(alone, key)).status).toBe(200);
    await one.call("DELETE", `/v1/api-keys/${id}`, { token });
    const revokedAt = Date.now();
    while ((await use(alone, key)).status === 200) await Bun.sleep(20);
    expect(Date.now() - revokedAt).toBeLessThan(busySecondMs);
    expect(refusal(await use(alone, key))).toEqual([401, "unauthenticated"]);
  });

  test("that is known is believed with Redis and the database away, for as long as a token; an unknown one waits", async () => {
    const { key } = await madeKey();
    const losing = shop.instance({ ...withoutRedis, ACCESS_TOKEN_TTL_SECONDS: "2" });
    const learntAt = Date.now();
    expect((await use(losing, key)).status).toBe(200);
    await losing.deps.databases.of("identity").primary().sql.end({ timeout: 0 });
    await Bun.sleep(800);
    expect((await use(losing, key)).status).toBe(200);
    while ((await use(losing, key)).status === 200) await Bun.sleep(100);
    expect(Date.now() - learntAt).toBeWithin(2_000, 8_000);
    const ignorant = shop.instance({ ...away, ...withoutRedis });
    for (const answer of [await use(losing, key), await use(ignorant, key)]) {
      expect(refusal(answer)).toEqual([503, "primary-unavailable"]);
      expect(answer.headers.get("retry-after")).toBe("1");
    }
  });

  test("in use asks the database once: memory, then Redis spare it the rest, but for one that is slow", async () => {
    const { key } = await madeKey();
    const instance = shop.instance();
    const asked = countQuestions(instance);
    for (let nth = 0; nth < 20; nth++) {
      expect((await use(instance, key)).status).toBe(200);
      await Bun.sleep(80);
    }
    expect(asked()).toBeWithin(1, 4);
  });

  test("has a limit of its own", async () => {
    const strict = shop.instance({ RATE_LIMIT_SCALE: "0.01" });
    const [busy, idle] = [await madeKey(), await madeKey()];
    const from = (nth: number) => `203.0.113.${100 + nth}`;
    const answers = [];
    for (let nth = 0; nth < 8; nth++) answers.push(await use(strict, busy.key, "/for/stock-keys", from(nth)));
    expect(answers.map(({ status }) => status)).toContain(429);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ policy: "user" });
    expect(Number(refused?.headers.get("retry-after"))).toBeWithin(1, 61);
    const spared = await use(strict, idle.key, "/for/stock-keys", from(50));
    expect(spared.status).toBe(200);
    expect(spared.headers.get("ratelimit-policy")).toBe('"user";q=6;w=60');
  });
});

describe("making API keys", () => {
  test("asks for the password anew after 15 minutes, and for an admin", async () => {
    const { sid } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    await shop.sql`update identity.sessions set authenticated_at = now() - interval '16 minutes' where id = ${sid}`;
    token = (await refresh(one, refreshToken)).body.accessToken;
    expect(refusal(await make())).toEqual([401, "reauthentication-required"]);
    expect((await one.call("GET", "/v1/api-keys", { token })).status).toBe(200);
    for (const [email, password] of [
      ["operator@headroom.local", "headroom-operator"],
      ["buyer1@headroom.local", "headroom-buyer"],
    ] as const) {
      token = (await logIn(one, email, password)).token;
      expect(refusal(await make())).toEqual([403, "forbidden"]);
      expect(refusal(await one.call("GET", "/v1/api-keys", { token }))).toEqual([403, "forbidden"]);
    }
  });

  test("is over at once for an admin whose role was taken, though his token is believed for a moment", async () => {
    await one.call("GET", "/v1/api-keys", { token });
    const role = (to: string) => shop.sql`update identity.users set role = ${to} where email = 'admin@headroom.local'`;
    await role("operator");
    const refused = await make();
    await role("admin");
    expect(refusal(refused)).toEqual([403, "forbidden"]);
    expect((await one.call("GET", "/v1/api-keys", { token })).body.data).toEqual([]);
  });

  test.each([
    ["no scope", { scopes: [] }, "scopes"],
    ["an unknown scope", { scopes: ["users:write"] }, "scopes.0"],
    ["a scope twice", { scopes: ["stock:write", "stock:write"] }, "scopes"],
    ["an end in the past", { expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"],
    ["an end that is no time", { expiresAt: "tomorrow" }, "expiresAt"],
    ["no name", { name: "" }, "name"],
    ["a prefix of its own", { prefix: "hr_mine" }, "prefix"],
  ])("is refused with %s", async (_what, more, path) => {
    const answer = await make(more);
    expect(refusal(answer)).toEqual([422, "invalid-request"]);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  test("lists them newest first, page by page", async () => {
    for (const name of ["A", "B", "C"]) await madeKey({ name });
    const first = await one.call("GET", "/v1/api-keys?limit=2", { token });
    const next = await one.call("GET", `/v1/api-keys?limit=2&cursor=${first.body.nextCursor}`, { token });
    const names = [...first.body.data, ...next.body.data].map(({ name }) => name);
    expect(names).toEqual(["C", "B", "A"]);
    expect([next.body.nextCursor, next.headers.get("link")]).toEqual([null, null]);
  });

  test("ends at a hundred that stand: the 101st is refused until one is revoked, and the expired do not count", async () => {
    await fillUp(100);
    const refused = await make();
    expect(refusal(refused)).toEqual([409, "limit-reached"]);
    expect(refused.body.limit).toBe(100);
    const [{ id }] = (await one.call("GET", "/v1/api-keys", { token })).body.data;
    await one.call("DELETE", `/v1/api-keys/${id}`, { token });
    expect((await make()).status).toBe(201);
    expect(refusal(await make())).toEqual([409, "limit-reached"]);
    await shop.sql`update identity.api_keys set expires_at = now() where id = (select max(id::text)::uuid from identity.api_keys)`;
    expect((await make()).status).toBe(201);
  });

  test("at the same moment for the last place makes one key", async () => {
    await fillUp(99);
    const at = [one, other];
    const body = { name: "Late", scopes: ["stock:write"] };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nth) => at[nth % 2]?.call("POST", "/v1/api-keys", { token, body })),
    );
    const statuses = answers.map((answer) => answer?.status).toSorted();
    expect(statuses).toEqual([201, ...Array(19).fill(409)]);
    const [row] = await shop.sql`select count(*)::int as count from identity.api_keys`;
    expect(row?.count).toBe(100);
  });

  test("revoking one twice at the same moment succeeds once", async () => {
    const { id } = await madeKey();
    const answers = await Promise.all([one, other].map((at) => at.call("DELETE", `/v1/api-keys/${id}`, { token })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 404]);
    expect((await one.call("DELETE", "/v1/api-keys/no-uuid", { token })).status).toBe(404);
  });
});

/** Of the instance to its database, by Drizzle. */
function countQuestions({ deps }: ShopInstance): () => number {
  const { sql } = deps.databases.of("identity").primary();
  const { unsafe } = sql;
  let count = 0;
  sql.unsafe = ((...asked: Parameters<typeof unsafe>) => {
    count++;
    return unsafe(...asked);
  }) as typeof unsafe;
  return () => count;
}

async function fillUp(count: number): Promise<void> {
  await shop.sql`
    insert into identity.api_keys (name, prefix, key_hash, scopes, created_by)
    select 'Key', 'hr_key', gen_random_uuid()::text, '{stock:write}', gen_random_uuid() from generate_series(1, ${count}::int)`;
}
