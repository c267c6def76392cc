import { expect, test } from "bun:test";
import { fitScalabilityLaw, rateOf, type ScalabilityLaw } from "./usl.ts";

const fleets = [1, 2, 4, 8];
const measuredOn = (law: ScalabilityLaw, errors: readonly number[] = []) =>
  fleets.map((instances, index) => ({ instances, rate: rateOf(law, instances) * (1 + (errors[index] ?? 0)) }));

test("a curve that follows the law gives its figures back", () => {
  const law = { lambda: 250, sigma: 0.08, kappa: 0.002 };
  const fitted = fitScalabilityLaw(measuredOn(law));
  expect(fitted.lambda).toBeCloseTo(250, 6);
  expect(fitted.sigma).toBeCloseTo(0.08, 8);
  expect(fitted.kappa).toBeCloseTo(0.002, 8);
});

test("a straight line has neither contention nor coherence", () => {
  const fitted = fitScalabilityLaw(fleets.map((instances) => ({ instances, rate: 100 * instances })));
  expect(fitted).toEqual({ lambda: expect.closeTo(100, 6), sigma: expect.closeTo(0, 8), kappa: expect.closeTo(0, 8) });
});

test("more than linear is not called contention, and never negative", () => {
  const fitted = fitScalabilityLaw(fleets.map((instances) => ({ instances, rate: 100 * instances ** 1.02 })));
  expect(fitted.sigma).toBe(0);
  expect(fitted.kappa).toBe(0);
});

test("a shared lock shows in spite of errors of a few hundredths", () => {
  const fitted = fitScalabilityLaw(measuredOn({ lambda: 250, sigma: 0.15, kappa: 0 }, [0.02, -0.02, 0.01, -0.01]));
  expect(fitted.sigma).toBeGreaterThan(0.05);
});

test("two points are refused", () => {
  const two = fleets.slice(0, 2).map((instances) => ({ instances, rate: instances }));
  expect(() => fitScalabilityLaw(two)).toThrow("three points");
});
