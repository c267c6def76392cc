import { describe, expect, test } from "bun:test";
import type { Instance } from "../../../platform/deps.ts";
import { Problem } from "../../../shared/errors.ts";
import { inPasswordSlot } from "./password-slots.ts";

const cores = 4;
const slots = 2;
const anInstance = () => ({ instance: {} as Instance });
const isOverloaded = (error: unknown) => error instanceof Problem && error.slug === "overloaded";

describe("hashing passwords", () => {
  test("takes at most half the cores, one after another in the order of coming", async () => {
    const at = anInstance();
    let running = 0;
    let most = 0;
    const begun: number[] = [];
    const hash = async (nth: number) => {
      begun.push(nth);
      most = Math.max(most, ++running);
      await Bun.sleep(20);
      running--;
      return nth;
    };
    const all = Array.from({ length: 10 }, (_, nth) => inPasswordSlot(at, () => hash(nth), cores));
    expect(await Promise.all(all)).toEqual([...all.keys()]);
    expect(begun).toEqual([...all.keys()]);
    expect(most).toBe(slots);
  });

  test("takes two thirds of the time where there is one core", async () => {
    const at = anInstance();
    const times: number[] = [];
    const hash = async () => {
      times.push(Date.now());
      await Bun.sleep(100);
    };
    await Promise.all(Array.from({ length: 3 }, () => inPasswordSlot(at, hash, 1)));
    const [first = 0, second = 0, third = 0] = times;
    for (const pause of [second - first, third - second]) expect(pause).toBeWithin(145, 2_000);
  });

  test("lets 16 wait and refuses the next at once, whatever becomes of those before", async () => {
    const at = anInstance();
    const held = Promise.withResolvers<void>();
    const waiting = Array.from({ length: slots + 16 }, () => inPasswordSlot(at, () => held.promise, cores));
    const start = Date.now();
    const refused = await inPasswordSlot(at, async () => undefined, cores).catch((error: unknown) => error);
    expect(isOverloaded(refused)).toBe(true);
    expect((refused as Problem).headers["Retry-After"]).toBe("2");
    expect(Date.now() - start).toBeLessThan(1_500);
    held.reject(new Error("a hash that failed"));
    for (const { status } of await Promise.allSettled(waiting)) expect(status).toBe("rejected");
    expect(await inPasswordSlot(at, async () => "free again", cores)).toBe("free again");
  });

  test("is refused after 2 s of waiting, though the one before goes on", async () => {
    const at = anInstance();
    const held = Promise.withResolvers<void>();
    const running = Array.from({ length: slots }, () => inPasswordSlot(at, () => held.promise, cores));
    const start = Date.now();
    const refused = await inPasswordSlot(at, async () => undefined, cores).catch((error: unknown) => error);
    expect(isOverloaded(refused)).toBe(true);
    expect(Date.now() - start).toBeWithin(1_900, 10_000);
    held.resolve();
    await Promise.all(running);
  });
});
