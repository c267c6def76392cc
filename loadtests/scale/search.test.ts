import { describe, expect, test } from "bun:test";
import { highestHeld } from "./search.ts";

function fleet(limit: number) {
  return async (rate: number) => ({ rate, held: rate <= limit });
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
    expect(all.length).toBeLessThanOrEqual(7);
  });

  test("forgives an unlucky first attempt", async () => {
    let attempts = 0;
    const { held } = await highestHeld(async (rate) => ({ rate, held: ++attempts > 1 && rate <= 100 }), {
      ...settings,
      first: 98,
    });
    expect(held.map(({ rate }) => rate)).toEqual([98, 98]);
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
    expect(all.length).toBeLessThanOrEqual(18);
  });
});
