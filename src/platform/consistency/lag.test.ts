import { describe, expect, test } from "bun:test";
import { lagMs, type Sample, withSample } from "./lag.ts";

const at = (lsn: number, timeline = 1) => ({ timeline, lsn: BigInt(lsn) });
const sampled = (...samples: [at: number, lsn: number, timeline?: number][]): readonly Sample[] =>
  samples.reduce<readonly Sample[]>(
    (all, [moment, lsn, timeline]) => withSample(all, { at: moment, position: at(lsn, timeline) }, 5000),
    [],
  );

describe("The lag of a replica", () => {
  test("is nothing while the primary is idle, however long", () => {
    expect(lagMs(sampled([1000, 7], [2000, 7], [900_000, 7]), at(7))).toBe(0);
  });

  test("is the age of the newest position it has replayed", () => {
    expect(lagMs(sampled([1000, 10], [2000, 20], [3000, 30], [4000, 40]), at(25))).toBe(2000);
  });

  test("does not grow while the primary is away and no sample comes", () => {
    expect(lagMs(sampled([1000, 10], [2000, 20]), at(20))).toBe(0);
  });

  test("has no bound where it has replayed nothing of what is remembered", () => {
    expect(lagMs(sampled([1000, 10], [9000, 90]), at(10))).toBe(Number.POSITIVE_INFINITY);
    expect(lagMs([], at(10))).toBe(Number.POSITIVE_INFINITY);
  });

  test("counts nothing of another timeline", () => {
    expect(lagMs(sampled([1000, 10, 1], [2000, 20, 2]), at(500, 1))).toBe(1000);
    expect(lagMs(sampled([2000, 20, 2]), at(500, 1))).toBe(Number.POSITIVE_INFINITY);
  });

  test("is told from a bounded number of samples", () => {
    const many = Array.from({ length: 5000 }, (_, moment) => [moment, moment] as [number, number]);
    expect(sampled(...many).length).toBeLessThanOrEqual(600);
  });
});
