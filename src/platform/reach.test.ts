import { describe, expect, test } from "bun:test";
import { Problem } from "../shared/errors.ts";
import type { Config } from "./config.ts";
import { type Deps, startInstance } from "./deps.ts";
import { byBinding, byUrl } from "./elsewhere.ts";
import { reach } from "./reach.ts";

const refused = () => Object.assign(new Error("refused"), { code: "ConnectionRefused" });
const broken = () => Object.assign(new Error("broke off"), { code: "ECONNRESET" });
const late = () => Object.assign(new Error("late"), { name: "TimeoutError" });

const config = { SERVICE_URLS: { orders: "http://orders" } } as unknown as Config;
const newInstance = () => ({ instance: startInstance(config), elsewhere: byUrl(config) });

/** Asks once, of a service that fails in these ways, one after the other, and then answers 200. */
async function ask(instance: Pick<Deps, "instance" | "elsewhere">, isRepeatable: boolean, failures: (() => Error)[]) {
  let asked = 0;
  const outcome = await reach(instance, "orders", isRepeatable, async () => {
    const fail = failures[asked++];
    if (fail) throw fail();
    return new Response(null);
  }).catch((error: unknown) => error);
  return { asked, says: outcome instanceof Problem ? outcome.slug : (outcome as Response).status };
}

describe("another service", () => {
  test("that broke off is asked again only where repeating is safe", async () => {
    expect(await ask(newInstance(), true, [broken, broken])).toEqual({ asked: 3, says: 200 });
    expect(await ask(newInstance(), false, [broken])).toEqual({ asked: 1, says: "service-unavailable" });
  });

  test("that took no connection is asked again, whatever the request, three times at most", async () => {
    expect(await ask(newInstance(), false, [refused, refused])).toEqual({ asked: 3, says: 200 });
    expect(await ask(newInstance(), false, [refused, refused, refused])).toEqual({
      asked: 3,
      says: "service-unavailable",
    });
  });

  test("that was silent for its time is not asked again", async () => {
    expect(await ask(newInstance(), true, [late])).toEqual({ asked: 1, says: "upstream-timeout" });
  });

  test("that failed five times in a row rests for a second, then one request finds out", async () => {
    const instance = newInstance();
    for (let n = 0; n < 5; n++) await ask(instance, false, [broken]);
    expect(await ask(instance, false, [])).toEqual({ asked: 0, says: "service-unavailable" });
    await Bun.sleep(1_100);
    const [first, second] = await Promise.all([ask(instance, false, []), ask(instance, false, [])]);
    expect([first.asked, second.asked]).toEqual([1, 0]);
    expect(await ask(instance, false, [])).toEqual({ asked: 1, says: 200 });
  });

  test("whose answer is an error is there: it is not left alone", async () => {
    const instance = newInstance();
    for (let n = 0; n < 10; n++) await reach(instance, "orders", true, async () => new Response(null, { status: 500 }));
    expect(await ask(instance, false, [])).toEqual({ asked: 1, says: 200 });
  });

  test("whose address nobody has told is away", async () => {
    const away = reach(newInstance(), "catalog", true, async () => new Response(null));
    await expect(away).rejects.toMatchObject({ slug: "service-unavailable", members: { service: "catalog" } });
  });

  test("that is bound is reached by its binding, the others by their addresses", async () => {
    const bound = byBinding({ ORDERS: { fetch: async ({ url }) => new Response(url) } }, byUrl(config));
    const away = byBinding({ CATALOG: { fetch: async () => new Response(null) } }, byUrl(config));
    const answer = await reach({ ...newInstance(), elsewhere: bound }, "orders", true, ({ origin, send }) =>
      send(new Request(`${origin}/v1/orders?limit=1`)),
    );
    expect(new URL(await answer.text()).pathname).toBe("/v1/orders");
    expect([away("orders")?.origin, away("inventory")]).toEqual(["http://orders", undefined]);
  });
});
