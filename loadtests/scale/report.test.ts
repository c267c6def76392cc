import { expect, test } from "bun:test";
import { assess, distrustOf, resultsOf } from "./assess.ts";
import { curveSection } from "./curve-section.ts";
import { type Probe, probeSeconds } from "./probe.ts";
import { reportHtml } from "./report-html.ts";

/** A probe of a fleet whose parts used these shares of their quotas. */
function probe(rate: number, held: boolean, shares: Readonly<Partial<Record<string, number>>> = {}): Probe {
  const parts = (["application", "generator", "balancer", "database", "standby", "cloud"] as const).map((part) => {
    const share = shares[part] ?? 0.3;
    return { part, quota: 0.4, share, cores: share * 0.4, throttled: 0.1 };
  });
  const latencies = [{ kind: "read", p50: 12, p95: 60, p99: held ? 120 : 400 }] as const;
  const orders = { aStatement: 2.5, statements: 31, databaseMs: 9 };
  const lost = held ? [] : ["99 % of the reads took 400 ms"];
  return { rate, held, lost, requestsPerSecond: rate * 8, latencies, parts, idleShare: 0.3, orders };
}

function curve(rates: readonly number[], shares: Readonly<Partial<Record<string, number>>> = {}) {
  const points = rates.map((rate, index) => {
    const [held, lost] = [probe(rate, true, shares), probe(rate * 1.03, false, { application: 0.99 })];
    return { instances: 2 ** index, found: { tried: [held], lost, all: [held, lost] } };
  });
  return assess({ journey: "browse", points });
}

const missed = (rates: readonly number[]) =>
  resultsOf(curve(rates))
    .filter(({ pass }) => !pass)
    .map(({ name }) => name);

test("a fleet that gives eight times one instance keeps every goal", () => {
  expect(missed([10, 20, 40, 80])).toEqual([]);
});

test("a fleet that waits for itself misses efficiency and sigma", () => {
  expect(missed([10, 18, 30, 45])).toEqual(["browse: efficiency of 8", "browse: sigma"]);
});

test("a database that is busy more than half of its quota misses its goal", () => {
  const found = resultsOf(curve([10, 20, 40, 80], { database: 0.6 })).find(({ name }) => name.includes("database's"));
  expect(found).toMatchObject({ value: 0.6, pass: false });
});

test("points at which k6 was short of CPU are marked, and too few others make the run untrustworthy", () => {
  const assessed = curve([10, 20, 40, 80], { generator: 0.9 });
  expect(assessed.points[0]?.marks).toEqual(["the generator used 90 % of its quota"]);
  expect(assessed.law).toBeUndefined();
  expect(distrustOf(assessed)[0]).toContain("too few points count");
});

test("a point at which other services were short of CPU is marked", () => {
  const [held] = curve([10, 20, 40]).points.flatMap((point) => point.probe ?? []);
  const gateway = { part: "gateway", quota: 0.5, share: 0.9, cores: 0.45, throttled: 0.1 } as const;
  const tried = held ? [{ ...held, parts: [...held.parts, gateway] }] : [];
  const assessed = assess({
    journey: "mixed",
    points: [{ instances: 1, found: { tried, lost: undefined, all: tried } }],
  });
  expect(assessed.points[0]?.marks).toEqual(["the gateway used 90 % of its quota"]);
});

test("efficiency is said with the grid it was measured on", () => {
  const assessed = curve([10, 20, 40, 80]);
  expect(assessed.efficiency).toBe(1);
  expect(assessed.efficiencyWithin?.map((value) => value.toFixed(2))).toEqual(["0.97", "1.03"]);
  expect(curveSection(assessed, "", "").text.at(-1)).toContain("100 % of 8 times one, within 97 % to 103 %");
});

test("the latencies of a point are the middle ones of all its tries, lost ones too", () => {
  const tried = [probe(10, true), probe(10, false), probe(10, false)];
  const [point] = assess({
    journey: "browse",
    points: [{ instances: 1, found: { tried, lost: undefined, all: tried } }],
  }).points;
  expect(point?.probe?.latencies[0]?.p99).toBe(400);
});

test("sizes of one instance are no instances, and no law of instances is shown of them", () => {
  const { text, plots } = curveSection(curve([10, 20, 40, 80]), "", "", { of: "cores", fitted: false });
  expect(text.join(" ")).not.toMatch(/Law|instances gave/);
  expect(plots.flatMap(({ series }) => series.map(({ name }) => name))).not.toContain("the law");
});

test("small fleets are judged by as many journeys as large ones, and no fleet by a moment", () => {
  expect([2.8, 5.6, 11.2].map((rate) => probeSeconds(300, rate) * rate >= 300)).toEqual([true, true, true]);
  expect(probeSeconds(300, 60)).toBe(20);
});

test("says what limited a fleet at the next higher rate", () => {
  expect(curve([10, 20, 40, 80]).points[0]?.limit).toBe("CPU of the application (99 %)");
});

test("the report is one page that needs no other file and no script", async () => {
  const assessed = curve([10, 20, 40, 80]);
  const page = await reportHtml({
    facts: { machine: "2 cores of <some> kind", seed: "7" },
    quotas: { browse: { instance: 0.05, generator: 0.9, balancer: 0.1, database: 0.1, standby: 0.1, cloud: 0.2 } },
    sections: [curveSection(assessed, "More instances: browse", "What it does.")],
    results: resultsOf(assessed),
    distrust: [],
    measured: {},
  });
  expect(page).toContain("<!doctype html>");
  expect(page).toContain("2 cores of &lt;some&gt; kind");
  expect(page.match(/<svg /g)).toHaveLength(3);
  expect(page).toContain("held: 1 → 10, 2 → 20, 4 → 40, 8 → 80");
  expect(page).not.toMatch(/<script|<link|src=|url\(/);
  expect(page).not.toContain("undefined");
  expect(page).not.toContain("NaN");
});
