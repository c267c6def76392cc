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
