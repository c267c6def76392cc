import { describe, expect, test } from "bun:test";
import { highestHeld } from "./search.ts";

/** A fleet that holds what is at most `limit`, but for the attempts whose numbers are `unlucky`. */
function fleet(limit: number, unlucky: readonly number[] = []) {
  let attempts = 0;
  return async (rate: number) => ({ rate, held: rate <= limit && !unlucky.includes(++attempts) });
}

const settings = { precision: 1.03, tries: 3 };

describe("the search for the highest rate", () => {
  test.each([0.2, 0.9, 1, 1.04, 6])("finds it to 3 %% when it begins at %d of it", async (share) => {
    const { held, lost } = await highestHeld(fleet(100), { ...settings, first: 100 * share });
    expect(held.map(({ rate }) => rate > 97 && rate <= 100)).toEqual([true, true, true]);
    expect(lost?.rate).toBeGreaterThan(100);
    expect(lost?.rate).toBeLessThan(103);
  });

  test("costs few attempts when it begins near", async () => {
    const { all } = await highestHeld(fleet(100), { ...settings, first: 98 });
    expect(all.length).toBeLessThanOrEqual(6);
  });

  test("forgives one unlucky attempt of three", async () => {
    const { held } = await highestHeld(fleet(100, [3, 4]), { ...settings, first: 98 });
    expect(held[0]?.rate).toBeGreaterThan(90);
  });

  test("takes a lower rate where most attempts at the answer are lost", async () => {
    const luck = [true, false, false];
    const { held } = await highestHeld(
      async (rate) => ({ rate, held: rate < 90 || (rate <= 100 && (luck.shift() ?? false)) }),
      { ...settings, first: 98 },
    );
    expect(held.length).toBeGreaterThan(1);
    expect(held[0]?.rate).toBeLessThan(90);
  });

  test("ends with nothing where nothing is held", async () => {
    const { held, all } = await highestHeld(fleet(0), { ...settings, first: 100 });
    expect(held).toEqual([]);
    expect(all.length).toBeLessThanOrEqual(16);
  });
});
