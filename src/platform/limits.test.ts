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

test("sixty instances that a client meets five times each leave him his quota, and ask Redis seldom where he meets one", async () => {
  const { config } = await openShop();
  const policy = { name: "fleet", quota: 600, windowSeconds: 3_600 };
  const who = crypto.randomUUID();
  let calls = 0;
  const openInstance = () => {
    const deps = openTestDeps({ ...config, RATE_LIMIT_SCALE: 1 });
    const run: Deps["redis"]["run"] = (...given) => {
      calls++;
      return deps.redis.run(...given);
    };
    const counted: Deps = { ...deps, redis: { ...deps.redis, run }, coalesce: (of, item) => alone(counted, of, item) };
    return { scope: backgroundScope(counted, { about: {} }), close: deps.close };
  };
  const fleet = Array.from({ length: 60 }, openInstance);
  for (const { scope } of fleet) for (let n = 0; n < 5; n++) await spend(scope, policy, who);
  expect(calls).toBe(60);
  await Promise.all(fleet.map(({ close }) => close()));

  calls = 0;
  const alike = openInstance();
  for (let n = 0; n < 600; n++) await spend(alike.scope, policy, `${who}, another`);
  expect(calls).toBeLessThan(30);
  await alike.close();
});
