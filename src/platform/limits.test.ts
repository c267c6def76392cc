import { expect, test } from "bun:test";
import { openShop, openTestDeps } from "../../tests/support/shop.ts";
import { alone } from "./coalesce.ts";
import type { Deps } from "./deps.ts";
import { spend } from "./limits.ts";
import { backgroundScope } from "./scope.ts";

test("a request that asks for its share while a new window begins is not refused", async () => {
  const { config } = await openShop();
  const deps = openTestDeps(config);
  const untilNextSecond = () => Bun.sleep(1_010 - (Date.now() % 1_000));
  const slowRedis = {
    ...deps.redis,
    run: async (...call: Parameters<typeof deps.redis.run>) => {
      const answer = await deps.redis.run(...call);
      await untilNextSecond();
      return answer;
    },
  };
  const slow: Deps = { ...deps, redis: slowRedis, coalesce: (statement, item) => alone(slow, statement, item) };
  const scope = backgroundScope(slow, { about: {} });
  const policy = { name: "test", quota: 10, windowSeconds: 1 };
  for (let n = 0; n < 3; n++)
    expect(await spend(scope, policy, crypto.randomUUID())).toHaveProperty("RateLimit-Policy");
  await deps.close();
});

test("a burst at one instance that cannot share its calls leaves the rest of the quota to the others", async () => {
  const { config } = await openShop();
  const policy = { name: "burst", quota: 40, windowSeconds: 3_600 };
  const who = crypto.randomUUID();
  const atInstance = async (requests: number) => {
    const deps = openTestDeps({ ...config, RATE_LIMIT_SCALE: 1 });
    const unshared: Deps = { ...deps, coalesce: (statement, item) => alone(unshared, statement, item) };
    const scope = backgroundScope(unshared, { about: {} });
    await Promise.all(Array.from({ length: requests }, () => spend(scope, policy, who)));
    await deps.close();
  };
  await atInstance(30);
  await atInstance(5);
  await expect(atInstance(10)).rejects.toThrow("More than 40 requests");
});
