import { describe, expect, test } from "bun:test";
import { judge } from "./judge.ts";

/** A run in which `p95` was measured against a goal of 100 ms, and `dropped` journeys never started. */
function summary(p95: number, dropped: number) {
  return {
    metrics: {
      "http_req_duration{kind:read}": { "p(95)": p95, thresholds: { "p(95)<100": p95 >= 100 } },
      dropped_iterations: { count: dropped, thresholds: { "count==0": dropped > 0 } },
      checks: { value: 1, thresholds: { "rate>0.999": false } },
    },
  } as unknown as Parameters<typeof judge>[0];
}

/** A soak whose first quarter took `first` ms and its last `last`, each of so many requests. */
function soak(first: number, last: number, count: number) {
  return {
    metrics: {
      "http_req_duration{kind:read,quarter:first}": { "p(95)": first, count },
      "http_req_duration{kind:read,quarter:last}": { "p(95)": last, count },
    },
  } as unknown as Parameters<typeof judge>[0];
}

describe("the verdict on a load run", () => {
  test("gives each threshold its value, unit and goal", () => {
    const { results, distrust } = judge(summary(42, 0), 0.9);
    expect(distrust).toBeUndefined();
    expect(results).toContainEqual({
      name: "http_req_duration{kind:read} p(95)",
      value: 42,
      unit: "ms",
      goal: "<100",
      pass: true,
    });
    expect(results).toContainEqual({ name: "checks rate", value: 1, unit: "", goal: ">0.999", pass: true });
  });

  test("a slow server that could not keep up missed its goals, and is judged by them", () => {
    const { results, distrust } = judge(summary(900, 5), 0.9);
    expect(distrust).toBeUndefined();
    expect(results.filter((result) => !result.pass).map((result) => result.name)).toEqual([
      "dropped_iterations count",
      "http_req_duration{kind:read} p(95)",
    ]);
  });

  test("a fast server cannot be why iterations were dropped", () => {
    expect(judge(summary(42, 5), 0.9).distrust).toContain("dropped 5 iterations");
  });

  test("a generator short of CPU says nothing about the server", () => {
    expect(judge(summary(900, 5), 0.1).distrust).toContain("the generator was the limit");
  });

  test("a soak whose last quarter is slower than its first has missed its goal", () => {
    expect(judge(soak(20, 31, 600), 0.9).results).toContainEqual({
      name: "http_req_duration{kind:read,last quarter/first} p(95)",
      value: 1.55,
      unit: "times",
      goal: "<=1.5",
      pass: false,
    });
    expect(judge(soak(20, 29, 600), 0.9).results.every((result) => result.pass)).toBe(true);
    expect(judge(soak(2, 14, 600), 0.9).results.every((result) => result.pass)).toBe(true);
  });

  test("a handful of requests says nothing about drift", () => {
    const drift = judge(soak(20, 90, 30), 0.9).results.find(({ name }) => name.includes("last quarter"));
    expect(drift).toMatchObject({ value: 4.5, goal: null, pass: true });
  });

  test("a goal of which nothing was measured is neither kept nor missed", () => {
    const { results } = judge(
      {
        metrics: {
          "http_req_duration{kind:write,quarter:last}": { "p(95)": 0, count: 0, thresholds: { "p(95)<500": false } },
          "checks{about:stock}": { value: 0, passes: 0, fails: 0, thresholds: { "rate>0.999": false } },
          dropped_iterations: { count: 0, thresholds: { "count==0": false } },
        },
      } as unknown as Parameters<typeof judge>[0],
      0.9,
    );
    expect(results.map(({ name, goal }) => [name, goal]).slice(0, 3)).toEqual([
      ["checks{about:stock} rate (too few requests: not judged)", null],
      ["dropped_iterations count", "==0"],
      ["http_req_duration{kind:write,quarter:last} p(95) (too few requests: not judged)", null],
    ]);
  });
});
