import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "@upstash/redis";
import type { RedisEndpoint } from "./start-redis-endpoint.ts";
import { engines, startTestEndpoint, token } from "./test-endpoint.ts";

describe.each(engines)("the official client over the %s engine", (engine) => {
  let endpoint: RedisEndpoint;
  let redis: Redis;
  let raw: Redis;
  beforeAll(async () => {
    endpoint = await startTestEndpoint(engine);
    const settings = { url: endpoint.url, token, enableTelemetry: false, retry: { retries: 0 } };
    redis = new Redis(settings);
    raw = new Redis({ ...settings, automaticDeserialization: false, enableAutoPipelining: false });
  });
  afterAll(() => endpoint.stop());

  test("strings come back as they were written, whatever bytes they hold", async () => {
    for (const [index, value] of [
      "plain",
      "OK",
      "",
      "größer 漢字 🚀",
      'a "quoted"\n\0line',
      "x".repeat(300_000),
    ].entries()) {
      expect(await raw.set(`text:${index}`, value)).toBe("OK");
      expect(await raw.get<string>(`text:${index}`)).toBe(value);
    }
    expect(await raw.mget<(string | null)[]>("text:1", "nothing", "text:3")).toEqual(["OK", null, "größer 漢字 🚀"]);
  });

  test("a value of JSON comes back as the object it was", async () => {
    await redis.set("json", { price: 1999, tags: ["a", "b"] });
    expect(await redis.get<object>("json")).toEqual({ price: 1999, tags: ["a", "b"] });
  });

  test("a lock is taken once, expires, and SET can keep or return what was there", async () => {
    expect(await redis.set("lock", "first", { nx: true, px: 60 })).toBe("OK");
    expect(await redis.set("lock", "second", { nx: true, px: 60 })).toBeNull();
    await Bun.sleep(100);
    expect(await redis.set("lock", "third", { nx: true, ex: 100 })).toBe("OK");
    expect(await redis.set("lock", "fourth", { xx: true, keepTtl: true })).toBe("OK");
    expect(await redis.ttl("lock")).toBeGreaterThan(98);
    expect(await redis.set("lock", "fifth", { get: true })).toBe("fourth");
    expect(await redis.ttl("lock")).toBe(-1);
  });

  test("counters, hashes, sets and sorted sets do what Redis does", async () => {
    expect(await redis.incrby("count", 41)).toBe(41);
    expect(await redis.incr("count")).toBe(42);
    expect(await redis.hset("hash", { a: 1, b: "two" })).toBe(2);
    expect(await redis.hincrby("hash", "a", 4)).toBe(5);
    expect(await redis.hgetall<Record<string, unknown>>("hash")).toEqual({ a: 5, b: "two" });
    expect(await redis.sadd("set", "x", "y", "x")).toBe(2);
    expect((await redis.smembers("set")).sort()).toEqual(["x", "y"]);
    await redis.zadd("scores", { score: 2, member: "b" }, { score: 1.5, member: "a" }, { score: 3, member: "c" });
    expect(await redis.zrange("scores", 0, -1, { withScores: true })).toEqual(["a", 1.5, "b", 2, "c", 3]);
    expect(await redis.zrange<string[]>("scores", "(1.5", "+inf", { byScore: true })).toEqual(["b", "c"]);
    expect(await redis.zremrangebyscore("scores", 0, 2)).toBe(2);
    expect(await redis.zcard("scores")).toBe(1);
  });

  test("a pipeline reports each command's own error and runs the rest", async () => {
    const pipeline = redis.pipeline().set("p", "text").incr("p").get("p");
    const results = await pipeline.exec({ keepErrors: true });
    expect(results.map(({ error }) => error)).toEqual([
      undefined,
      "ERR value is not an integer or out of range",
      undefined,
    ]);
    expect(results[2].result).toBe("text");
  });

  test("a transaction's commands run together, never between those of another", async () => {
    const runs = Array.from({ length: 50 }, () => redis.multi().incr("t").incr("t").exec<[number, number]>());
    for (const [first, second] of await Promise.all(runs)) expect(second).toBe(first + 1);
    expect(await redis.get<number>("t")).toBe(100);
  });

  test("a script runs by its SHA once it is known, and before that the client sends it whole", async () => {
    const script = redis.createScript<number>(`return redis.call("incrby", KEYS[1], ARGV[1])`);
    expect(await script.exec(["scripted"], ["5"])).toBe(5);
    expect(await script.exec(["scripted"], ["6"])).toBe(11);
    expect(await redis.scriptExists(script.sha1)).toEqual([1]);
    await redis.scriptFlush();
    await expect(redis.evalsha(script.sha1, ["scripted"], ["1"])).rejects.toThrow("NOSCRIPT");
  });

  test("a compare-and-set script never lets an older version replace a newer one", async () => {
    const source = `local current = redis.call("hget", KEYS[1], "version")
      if current and tonumber(current) >= tonumber(ARGV[1]) then return 0 end
      redis.call("hset", KEYS[1], "version", ARGV[1], "body", ARGV[2])
      redis.call("pexpire", KEYS[1], ARGV[3])
      return 1`;
    const versions = Array.from({ length: 40 }, (_, index) => (index * 17) % 40);
    await Promise.all(versions.map((version) => redis.eval(source, ["cas"], [version, `body ${version}`, 60_000])));
    expect(await redis.hgetall<Record<string, unknown>>("cas")).toEqual({ version: 39, body: "body 39" });
  });

  test("scripts count in milliseconds of the epoch without losing a digit", async () => {
    const source = `local now = tonumber(ARGV[1]) * 1000
      redis.call("set", KEYS[1], now)
      return {now + 7, tostring(10 / 2), redis.call("get", KEYS[1])}`;
    expect(await raw.eval<string[], unknown>(source, ["now"], ["1799999999"])).toEqual([
      1799999999007,
      "5",
      "1799999999000",
    ]);
  });

  test("a published message reaches a subscriber of its channel and of its pattern", async () => {
    const messages: unknown[] = [];
    const subscriber = raw.subscribe("news");
    const patterns = raw.psubscribe("ne*");
    subscriber.on("message", ({ message }) => messages.push(message));
    patterns.on("pmessage", ({ channel, message }) => messages.push(`${channel}: ${message}`));
    while ((await redis.publish("news", "hello, all")) < 2) await Bun.sleep(10);
    while (!messages.includes("news: hello, all") || !messages.includes("hello, all")) await Bun.sleep(10);
    await Promise.all([subscriber.unsubscribe(), patterns.unsubscribe()]);
    expect(new Set(messages)).toEqual(new Set(["hello, all", "news: hello, all"]));
  });

  test("a wrong token and a wrong type are errors with Redis' words", async () => {
    const stranger = new Redis({ url: endpoint.url, token: "wrong", retry: { retries: 0 } });
    await expect(stranger.get("x")).rejects.toThrow("WRONGPASS");
    await redis.set("string", "text");
    await expect(redis.hget("string", "f")).rejects.toThrow("WRONGTYPE");
  });
});
