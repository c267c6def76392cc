import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedisEndpoint } from "../../../local/redis/start-redis-endpoint.ts";
import type { Config } from "../config.ts";
import { type Deps, startInstance } from "../deps.ts";
import { openLog } from "../log.ts";
import { openRedis } from "../redis.ts";
import type { Scope } from "../scope.ts";
import { cached, type Found, publish } from "./cached.ts";
import { openFirstLevel } from "./first-level.ts";
import type { Ages, Value } from "./value.ts";

const token = "a-token-for-the-tests";
let home: string;
let endpoint: Awaited<ReturnType<typeof startRedisEndpoint>>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "headroom-cache-"));
  endpoint = await startRedisEndpoint({ port: 0, token, engine: "auto", home });
}, 30_000);
afterAll(async () => {
  await endpoint.stop();
  await rm(home, { recursive: true, force: true });
}, 30_000);

test("a hundred readers of ten instances cost one load", async () => {
  const key = crypto.randomUUID();
  const source = loading("one", { delayMs: 100 });
  const instances = Array.from({ length: 10 }, () => scopeOf());
  const reads = instances.flatMap((scope) => Array.from({ length: 10 }, () => cached(scope, key, source.load)));
  const found = await Promise.all(reads);
  expect(new Set(found.map(textOf))).toEqual(new Set(["one"]));
  expect(source.loads()).toBe(1);
});

test("where requests share no promises, concurrent readers still get the one value", async () => {
  const key = crypto.randomUUID();
  const scope = scopeOf({ sharesPromises: false });
  const source = loading("one", { delayMs: 50 });
  const found = await Promise.all([1, 2, 3].map(() => cached(scope, key, source.load)));
  expect([found.map(textOf), source.loads()]).toEqual([["one", "one", "one"], 1]);
});

test("past its soft age a value is served as it is while one reader refreshes it", async () => {
  const key = crypto.randomUUID();
  const ages = { softMs: 50, hardMs: 60_000, keepMs: 60_000 };
  await cached(scopeOf(), key, loading("old", { ages }).load);
  await Bun.sleep(80);
  const source = loading("new", { delayMs: 50 });
  const found = await Promise.all([1, 2, 3, 4, 5].map(() => cached(scopeOf(), key, source.load)));
  expect(found.map(textOf)).toEqual(["old", "old", "old", "old", "old"]);
  expect(found.map(({ came }) => came)).toEqual(["stale", "stale", "stale", "stale", "stale"]);
  await Bun.sleep(100);
  expect(textOf(await cached(scopeOf(), key, source.load))).toBe("new");
  expect(source.loads()).toBe(1);
});

test("past its hard age it is loaded before it is served", async () => {
  const key = crypto.randomUUID();
  const ages = { softMs: 20, hardMs: 40, keepMs: 60_000 };
  const scope = scopeOf();
  await cached(scope, key, loading("old", { ages }).load);
  await Bun.sleep(60);
  for (const reader of [scopeOf(), scope])
    expect(textOf(await cached(reader, key, loading("new", { ages }).load))).toBe("new");
});

test("where loading fails, the old bytes are served as long as they are kept", async () => {
  const key = crypto.randomUUID();
  const ages = { softMs: 10, hardMs: 20, keepMs: 600 };
  const scope = scopeOf();
  await cached(scope, key, loading("old", { ages }).load);
  await Bun.sleep(40);
  const failing = async () => {
    throw new Error("The database is away.");
  };
  for (const reader of [scope, scopeOf()]) expect(textOf(await cached(reader, key, failing))).toBe("old");
  await Bun.sleep(600);
  for (const reader of [scope, scopeOf()]) await expect(cached(reader, key, failing)).rejects.toThrow("away");
});

test("an older version never replaces a newer one, in Redis or in the instance", async () => {
  const key = crypto.randomUUID();
  const writer = scopeOf();
  publish(writer, key, made("new", { version: 6 }));
  await settled(writer);
  const late = scopeOf();
  publish(late, key, made("old", { version: 5 }));
  publish(writer, key, made("old", { version: 5 }));
  await settled(late);
  await settled(writer);
  for (const reader of [writer, scopeOf()])
    expect(textOf(await cached(reader, key, loading("unread").load))).toBe("new");
});

test("a reader who loads what is older than what is known gets what is known", async () => {
  const key = crypto.randomUUID();
  const ages = { softMs: 10, hardMs: 20, keepMs: 60_000 };
  publish(scopeOf(), key, made("new", { version: 6, ages }));
  await Bun.sleep(60);
  const lagging = loading("old", { version: 5, ages });
  expect(textOf(await cached(scopeOf(), key, lagging.load))).toBe("new");
  expect(lagging.loads()).toBe(1);
});

test("what is published is seen by other instances within a second", async () => {
  const key = crypto.randomUUID();
  const [one, other] = [scopeOf(), scopeOf()];
  const source = loading("old", { version: 1 });
  for (const scope of [one, other]) await cached(scope, key, source.load);
  publish(one, key, made("new", { version: 2 }));
  expect(textOf(await cached(one, key, source.load))).toBe("new");
  await Bun.sleep(1050);
  expect(textOf(await cached(other, key, source.load))).toBe("new");
  expect(source.loads()).toBe(1);
});

test("a 404 is a value too", async () => {
  const key = crypto.randomUUID();
  const source = loading("", { found: false });
  for (let reads = 0; reads < 3; reads++) expect((await cached(scopeOf(), key, source.load)).value.found).toBe(false);
  expect(source.loads()).toBe(1);
});

test("who asks for more than eventual, or brings a token, reads past the caches and leaves them alone", async () => {
  const key = crypto.randomUUID();
  const scope = scopeOf();
  await cached(scope, key, loading("cached").load);
  const fresh = loading("fresh");
  for (const more of [
    { readConsistency: "strong" },
    { readConsistency: "session" },
    { consistencyTokens: ["main:1:0/1"] },
  ] as const)
    expect(await cached({ ...scope, ...more }, key, fresh.load)).toMatchObject({ came: "bypass" });
  expect(fresh.loads()).toBe(3);
  expect(textOf(await cached(scope, key, fresh.load))).toBe("cached");
});

test("two servers with public URLs of their own share what is cached, each with its own links", async () => {
  const key = crypto.randomUUID();
  const link = (url: string) => JSON.stringify({ imageUrl: `${url}/images/a.svg` });
  await cached(scopeOf({ publicUrl: "https://a.test" }), key, loading(link("https://a.test")).load);
  const found = await cached(scopeOf({ publicUrl: "https://b.test" }), key, loading("unread").load);
  expect(textOf(found)).toBe(link("https://b.test"));
});

test("a Redis that stops costs speed alone, and is used again when it is back", async () => {
  const own = await mkdtemp(join(tmpdir(), "headroom-cache-"));
  const first = await startRedisEndpoint({ port: 0, token, engine: "auto", home: own });
  const port = Number(new URL(first.url).port);
  const scope = scopeOf({ redisUrl: first.url });
  expect((await cached(scope, "a", loading("a").load)).came).toBe("loaded");
  await first.stop();
  for (let n = 0; n < 20; n++) expect((await cached(scope, `away-${n}`, loading("b").load)).came).toBe("loaded");
  let asked = 0;
  const refusing = Bun.serve({
    port,
    hostname: "127.0.0.1",
    fetch: () => new Response(String(++asked), { status: 503 }),
  });
  for (let n = 20; n < 120; n++) await cached(scope, `away-${n}`, loading("b").load);
  expect(asked).toBeLessThan(20);
  await refusing.stop(true);
  expect((await cached(scope, "away-0", loading("c").load)).came).toBe("instance");
  const second = await startRedisEndpoint({ port, token, engine: "auto", home: own });
  await Bun.sleep(1100);
  await cached(scope, "back", loading("d").load);
  expect((await cached(scopeOf({ redisUrl: second.url }), "back", loading("unread").load)).came).toBe("redis");
  await second.stop();
  await rm(own, { recursive: true, force: true });
}, 30_000);

test("an instance holds no more bytes than its bound; the least recently used go first", () => {
  const level = openFirstLevel(10_000);
  const big = "x".repeat(1_000);
  for (let n = 0; n < 7; n++) level.put(`key-${n}`, made(big), 0);
  level.get("key-0");
  level.put("key-7", made(big), 0);
  expect(Array.from({ length: 8 }, (_, n) => level.get(`key-${n}`) !== undefined)).toEqual([
    true,
    false,
    true,
    true,
    true,
    true,
    true,
    true,
  ]);
  level.put("huge", made("x".repeat(20_000)), 0);
  expect(level.get("huge")).toBeUndefined();
});

interface Shape {
  readonly found?: boolean;
  readonly version?: number;
  readonly ages?: Ages;
}

function made(text: string, { found = true, version = 0, ages = usual }: Shape = {}): Value {
  return { found, body: new TextEncoder().encode(text), etag: '"1"', version, ages };
}

const usual: Ages = { softMs: 30_000, hardMs: 60_000, keepMs: 60_000 };

function loading(text: string, { delayMs = 0, ...shape }: Shape & { delayMs?: number } = {}) {
  let loads = 0;
  const load = async () => {
    loads++;
    await Bun.sleep(delayMs);
    return made(text, shape);
  };
  return { load, loads: () => loads };
}

const textOf = ({ value }: Found) => new TextDecoder().decode(value.body);

const working = new WeakMap<Deps, Promise<unknown>[]>();

async function settled(scope: Scope): Promise<void> {
  await Promise.allSettled(working.get(scope.deps) ?? []);
}

/** A request of an instance of its own. */
function scopeOf({ sharesPromises = true, redisUrl = endpoint.url, publicUrl = "https://shop.test" } = {}): Scope {
  const config = {
    ...{
      UPSTASH_REDIS_REST_URL: redisUrl,
      UPSTASH_REDIS_REST_TOKEN: token,
      PUBLIC_URL: publicUrl,
      LOG_LEVEL: "silent",
    },
  } as Config;
  const instance = startInstance(config);
  const work: Promise<unknown>[] = [];
  const background = (promise: Promise<unknown>) => void work.push(promise.catch(() => undefined));
  const deps = { config, instance, redis: openRedis(instance), sharesPromises, background } as unknown as Deps;
  working.set(deps, work);
  const request = { requestId: "test", traceparent: "", readConsistency: undefined, servedBy: undefined } as const;
  return { ...request, deps, log: openLog(config), consistencyTokens: [], written: new Map() };
}
