import { describe, expect, test } from "bun:test";
import { highestHeld } from "./search.ts";

function fleet(limit: number) {
  return async (rate: number) => ({ rate, held: rate <= limit });
}

const settings = { precision: 1.03, tries: 3 };

describe("the search for the highest rate", () => {
  test.each([0.2, 0.9, 1, 1.04, 6])("finds it to 3 %% when it begins at %d of it", async (share) => {
    const { tried, lost } = await highestHeld(fleet(100), { ...settings, first: 100 * share });
    expect(tried.map(({ rate, held }) => held && rate > 97 && rate <= 100)).toEqual([true, true, true]);
    expect(lost?.rate).toBeGreaterThan(100);
    expect(lost?.rate).toBeLessThan(103);
  });

  test("costs few attempts when it begins near", async () => {
    const { all } = await highestHeld(fleet(100), { ...settings, first: 98 });
    expect(all.length).toBeLessThanOrEqual(7);
  });

  test("forgives an unlucky first attempt", async () => {
    let attempts = 0;
    const { tried } = await highestHeld(async (rate) => ({ rate, held: ++attempts > 1 && rate <= 100 }), {
      ...settings,
      first: 98,
    });
    expect(tried).toEqual([false, true, true].map((held) => ({ rate: 98, held })));
  });

  test("takes a lower rate where most attempts at the answer are lost", async () => {
    const luck = [true, false, false];
    const { tried } = await highestHeld(
      async (rate) => ({ rate, held: rate < 90 || (rate <= 100 && (luck.shift() ?? false)) }),
      { ...settings, first: 98 },
    );
    expect(tried.length).toBeGreaterThan(1);
    expect(tried[0]?.rate).toBeLessThan(90);
  });

  test("does not call a rate held of which half of the tries were lost", async () => {
    let attempts = 0;
    const { tried } = await highestHeld(
      async (rate) => ({ rate, held: rate < 95 || (rate < 99 && ++attempts % 2 === 1) }),
      { ...settings, first: 98 },
    );
    const held = tried.filter((each) => each.held).length;
    expect(held * 2).toBeGreaterThan(tried.length);
  });

  test("ends with nothing where nothing is held", async () => {
    const { tried, all } = await highestHeld(fleet(0), { ...settings, first: 100 });
    expect(tried).toEqual([]);
    expect(all.length).toBeLessThanOrEqual(18);
  });
});
