import { describe, expect, test } from "bun:test";
import { zipf } from "./zipf.ts";

const DRAWS = 100_000;

/** How often each rank comes up in draws spread evenly over [0, 1). */
function shares(count: number, exponent: number): number[] {
  const rank = zipf(count, exponent);
  const drawn = Array.from({ length: DRAWS }, (_, i) => rank((i + 0.5) / DRAWS));
  return Array.from({ length: count }, (_, k) => drawn.filter((each) => each === k).length / DRAWS);
}

describe("popularity by rank", () => {
  test("the second is wanted half as often as the first, the third a third as often", () => {
    const [first = 0, second = 0, third = 0, ...others] = shares(10, 1);
    const harmonic = Array.from({ length: 10 }, (_, k) => 1 / (k + 1)).reduce((sum, each) => sum + each);
    expect(first).toBeCloseTo(1 / harmonic, 3);
    expect(second).toBeCloseTo(first / 2, 3);
    expect(third).toBeCloseTo(first / 3, 3);
    expect(others).toHaveLength(7);
  });

  test("everything is wanted by somebody, and nothing else is", () => {
    const rank = zipf(1000, 0.99);
    expect(rank(0)).toBe(0);
    expect(rank(1 - Number.EPSILON)).toBe(999);
    expect(Math.min(...shares(100, 0.99))).toBeGreaterThan(0);
  });

  test("an exponent of 0 prefers none", () => {
    for (const share of shares(4, 0)) expect(share).toBeCloseTo(0.25, 4);
  });
});
