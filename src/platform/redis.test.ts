import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedisEndpoint } from "../../local/redis/start-redis-endpoint.ts";
import type { Config } from "./config.ts";
import { startInstance } from "./deps.ts";
import { openRedis, RedisUnavailable } from "./redis.ts";

const token = "a-token-for-the-tests";
let home: string;
let endpoint: Awaited<ReturnType<typeof startRedisEndpoint>>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "headroom-redis-"));
  endpoint = await startRedisEndpoint({ port: 0, token, engine: "auto", home });
}, 30_000);
afterAll(async () => {
  await endpoint.stop();
  await rm(home, { recursive: true, force: true });
}, 30_000);

test("text comes back as it was stored, whatever it looks like", async () => {
  const redis = clientOf(endpoint.url);
  for (const text of ["42", "007", "true", "null", '{"a":1}', "OK", "", "Grüße 🎈\n\u0001"]) {
    const key = crypto.randomUUID();
    await redis.set(key, text, 60_000);
    expect(await redis.get(key)).toBe(text);
    await redis.delete(key, "no-such-key");
    expect(await redis.get(key)).toBeNull();
  }
});

test("a value is gone after its time", async () => {
  const redis = clientOf(endpoint.url);
  await redis.set("short", "x", 30);
  await Bun.sleep(60);
  expect(await redis.get("short")).toBeNull();
});

test("a script runs whether Redis knows it already or not", async () => {
  const redis = clientOf(endpoint.url);
  const own = crypto.randomUUID();
  const script = `return {KEYS[1], ARGV[1], '${own}'}`;
  for (let n = 0; n < 2; n++) expect(await redis.run(script, ["k"], [7])).toEqual(["k", "7", own]);
});

test("a Redis that hangs delays a few calls by 300 ms, then none until a trial a second later", async () => {
  let asked = 0;
  let hangs = true;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      asked++;
      if (hangs) await Bun.sleep(8_000);
      return fetch(endpoint.url + new URL(request.url).pathname, {
        method: "POST",
        headers: request.headers,
        body: await request.arrayBuffer(),
      });
    },
  });
  const redis = clientOf(server.url.href.replace(/\/$/, ""));
  for (let n = 0; n < 3; n++) expect(await msOf(redis.ping())).toBeWithin(250, 4_000);
  for (let n = 0; n < 50; n++) await expect(redis.ping()).rejects.toBeInstanceOf(RedisUnavailable);
  expect(asked).toBe(3);
  hangs = false;
  await Bun.sleep(1_050);
  await redis.ping();
  await redis.ping();
  expect(asked).toBe(5);
  await server.stop(true);
}, 10_000);

test("a wrong token is no answer either", async () => {
  await expect(clientOf(endpoint.url, "wrong").ping()).rejects.toBeInstanceOf(RedisUnavailable);
});

function clientOf(url: string, as = token) {
  const config = { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: as } as Config;
  return openRedis(startInstance(config));
}

/** How long the refusal took. */
async function msOf(refused: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await expect(refused).rejects.toBeInstanceOf(RedisUnavailable);
  return performance.now() - start;
}
