import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { after, refusal, startFakeShop } from "./fake-shop.ts";
import { installedK6 } from "./k6-binary.ts";
import { runJourney } from "./run-journey.ts";

// biome-ignore lint/style/noProcessEnv: where k6 is, is a matter of this machine
const k6 = await installedK6(process.env);
const shops: { stop: (now: boolean) => Promise<void> }[] = [];
setDefaultTimeout(60_000);
afterAll(() => Promise.all(shops.map((shop) => shop.stop(true))));

/** Names of the goals that the shop missed on this journey. */
async function missed(journey: string, shop: ReturnType<typeof startFakeShop>, ...settings: string[]) {
  shops.push(shop);
  const options = ["BUYERS=3", "THINK=0", ...settings].flatMap((setting) => ["-e", setting]);
  const { results } = await runJourney(k6 ?? "", journey, shop.url.origin, options, "ignore");
  expect(results.length).toBeGreaterThan(0);
  return results.filter(({ pass }) => !pass).map(({ name }) => name);
}

const spike = ["RATE=10", "DURATION=5s", "SHED_MAX=0.9", "SLACK=3"];
const isLogIn = ({ url }: Request) => url.endsWith("/v1/sessions");

describe.skipIf(k6 === undefined)("a journey finds a shop that", () => {
  test("sells more units than there are", async () => {
    const shop = startFakeShop(undefined, { oversells: true });
    expect(await missed("flash-sale", shop, "RATE=20", "DURATION=2s", "UNITS=5")).toEqual(
      expect.arrayContaining(["units_sold count", "checks{about:stock} rate", "orders_out_of_stock count"]),
    );
  });

  test("fails now and then", async () => {
    let requests = 0;
    const shop = startFakeShop(() => {
      requests += 1;
      return requests > 10 && requests % 20 === 0 ? new Response("", { status: 500 }) : undefined;
    });
    expect(await missed("mixed", shop, "RATE=20", "DURATION=2s")).toContain("requests_failed rate");
  });

  test("still refuses visitors when the crowd is gone, though it may while the crowd is there", async () => {
    const misses = await missed("spike", startFakeShop(sheddingUntil(Infinity)), ...spike);
    expect(misses).toContain("requests_shed{phase:after} rate");
    expect(misses).not.toContain("requests_shed{phase:spike} rate");
    expect(misses).not.toContain("requests_failed rate");
    expect(await missed("spike", startFakeShop(sheddingUntil(200)), ...spike)).toEqual([]);
  });

  test("gets slower hour by hour", async () => {
    const start = Date.now();
    const shop = startFakeShop(() => after((Date.now() - start) / 80));
    const misses = await missed("soak", shop, "RATE=90", "DURATION=8s", "SLACK=5");
    expect(misses).toContain("http_req_duration{kind:read,last quarter/first} p(95)");
    expect(misses).not.toContain("http_req_duration{kind:read} p(95)");
  });

  test("serves nobody else while people log in, though it may refuse log-ins", async () => {
    let loggingIn = 0;
    const blocked = startFakeShop(async (request) => {
      if (!isLogIn(request)) return after(loggingIn > 0 ? 300 : 0);
      loggingIn += 1;
      await after(100).finally(() => {
        loggingIn -= 1;
      });
    });
    const misses = await missed("login-storm", blocked, "RATE=20", "DURATION=4s");
    expect(misses).toContain("http_req_duration{kind:read,scenario:storm} p(95)");
    let logIns = 0;
    const busy = startFakeShop((request) => {
      logIns += isLogIn(request) ? 1 : 0;
      return isLogIn(request) && logIns % 2 === 0 ? refusal() : undefined;
    });
    expect(await missed("login-storm", busy, "RATE=20", "DURATION=4s", "SLACK=3")).toEqual([]);
  });
});

test.skipIf(k6 === undefined)("a seed repeats what visitors look at", async () => {
  const seen = async (seed: number) => {
    const paths: string[] = [];
    const shop = startFakeShop(({ url }) => {
      if (url.includes("/v1/products/")) paths.push(new URL(url).pathname);
    });
    await missed("mixed", shop, "RATE=10", "DURATION=1s", `SEED=${seed}`);
    return paths;
  };
  const once = await seen(7);
  expect(once.length).toBeGreaterThan(20);
  // On a busy machine k6 drops one iteration or the other.
  expect(shareIn(once, await seen(7))).toBeGreaterThan(0.75);
  expect(shareIn(once, await seen(8))).toBeLessThan(0.75);
});

/** How many of the paths the others hold too, each as often. */
function shareIn(paths: readonly string[], others: readonly string[]): number {
  const left = [...others];
  const found = paths.filter((path) => {
    const at = left.indexOf(path);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return found.length / paths.length;
}

/** Some 70 requests come before the spike and at least 150 in it: from the 100th on, refuses every second one. */
function sheddingUntil(last: number) {
  let requests = 0;
  return () => {
    requests += 1;
    return requests >= 100 && requests < last && requests % 2 === 0 ? refusal() : undefined;
  };
}
