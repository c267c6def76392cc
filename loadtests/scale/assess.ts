import type { Result } from "../results.ts";
import type { Point } from "./curve.ts";
import { type PartUse, type Probe, percent } from "./probe.ts";
import { fitScalabilityLaw, type ScalabilityLaw } from "./usl.ts";

/** A point as the report shows it. */
export interface AssessedPoint {
  readonly instances: number;
  /** Journeys a second; 0 where no rate was held. */
  readonly rate: number;
  /** The next rate that was tried above it and lost: what it could hold lies between. */
  readonly next: number | undefined;
  /** Of all tries of that rate, lost ones too, the one whose latency is the middle one. */
  readonly probe: Probe | undefined;
  readonly limit: string;
  /** Why it is not counted; empty where it is. */
  readonly marks: readonly string[];
}

export interface AssessedCurve {
  readonly journey: string;
  readonly points: readonly AssessedPoint[];
  /** Undefined where fewer than three points are counted. */
  readonly law: ScalabilityLaw | undefined;
  /** Of the largest fleet: its rate against so many times that of one instance. */
  readonly efficiency: number | undefined;
  /** Between these it lies, since a rate is known to the next one that was tried. */
  readonly efficiencyWithin: readonly [number, number] | undefined;
}

/** Past this share of its quota a part is no longer beside what is measured. */
const busyMax = 0.8;
const beside: readonly PartUse["part"][] = ["generator", "database", "gateway"];
const idleMin = 0.02;
/** Past this share a part is what limits. */
const fullMin = 0.9;

export function assess({
  journey,
  points,
}: {
  readonly journey: string;
  readonly points: readonly Point[];
}): AssessedCurve {
  const assessed = points.map(assessPoint);
  const counted = assessed.filter(({ marks }) => marks.length === 0);
  const [one, largest] = [counted.find(({ instances }) => instances === 1), counted.at(-1)];
  const isWhole = one && largest && largest.instances === Math.max(...points.map(({ instances }) => instances));
  return {
    journey,
    points: assessed,
    law: counted.length >= 3 ? fitScalabilityLaw(counted) : undefined,
    efficiency: isWhole ? largest.rate / (largest.instances * one.rate) : undefined,
    efficiencyWithin:
      isWhole && one.next !== undefined && largest.next !== undefined
        ? [largest.rate / (largest.instances * one.next), largest.next / (largest.instances * one.rate)]
        : undefined,
  };
}

function assessPoint({ instances, found }: Point): AssessedPoint {
  const byLatency = found.tried.toSorted((a, b) => slowest(a) - slowest(b));
  const probe = byLatency[Math.floor((byLatency.length - 1) / 2)];
  return {
    instances,
    rate: probe?.rate ?? 0,
    next: found.lost?.rate,
    probe,
    limit: found.lost === undefined ? "not reached" : limitOf(found.lost.parts),
    marks: probe === undefined ? ["no rate was held"] : marksOf(probe),
  };
}

function slowest({ latencies }: Probe): number {
  return Math.max(0, ...latencies.map(({ p99 }) => p99));
}

function marksOf({ parts, idleShare }: Probe): string[] {
  const watched = parts.filter(({ part, share }) => beside.includes(part) && share > busyMax);
  return [
    ...watched.map(({ part, share }) => `the ${part} used ${percent(share)} of its quota`),
    ...(idleShare < idleMin ? ["the machine had no CPU left"] : []),
  ];
}

/** What had no CPU left when the next higher rate was lost. */
function limitOf(parts: readonly PartUse[]): string {
  const full = parts.filter(({ share }) => share >= fullMin);
  if (full.length > 0) return full.map(({ part, share }) => `CPU of the ${part} (${percent(share)})`).join(", ");
  const [most] = parts.toSorted((a, b) => b.share - a.share);
  return `waiting: no part was at its quota, the ${most?.part} came nearest (${percent(most?.share ?? 0)})`;
}

export const goals = { efficiency: 0.95, sigma: 0.01, databaseBusy: 0.5 } as const;

/** The figures of a curve against its goals. */
export function resultsOf({ journey, points, law, efficiency, efficiencyWithin }: AssessedCurve): Result[] {
  const largest = points.at(-1);
  const database = largest?.probe?.parts.find(({ part }) => part === "database")?.share;
  const name = (what: string) => `${journey}: ${what}`;
  const figure = (what: string, value: number, unit: string): Result => {
    return { name: name(what), value, unit, goal: null, pass: true };
  };
  return [
    ...points.map(({ instances, rate }) => figure(`held by ${instances}`, rate, "journeys/s")),
    ...(efficiency === undefined
      ? []
      : [atLeast(name(`efficiency of ${largest?.instances}`), efficiency, goals.efficiency)]),
    ...(efficiencyWithin ?? []).map((value, index) =>
      figure(`efficiency of ${largest?.instances}, by the grid at ${index === 0 ? "least" : "most"}`, value, ""),
    ),
    ...(law ? [atMost(name("sigma"), law.sigma, goals.sigma), figure("kappa", law.kappa, "")] : []),
    ...(database === undefined
      ? []
      : [atMost(name("the database's share of its quota"), database, goals.databaseBusy)]),
    ...points.flatMap(({ instances, probe }) =>
      probe?.orders
        ? [
            figure(`orders a statement, ${instances}`, probe.orders.aStatement, ""),
            figure(`CPU of the database, ${instances}`, probe.orders.databaseMs, "ms an order"),
          ]
        : [],
    ),
  ];
}

/** Why a curve says nothing. */
export function distrustOf({ journey, points, law, efficiency }: AssessedCurve): string[] {
  if (law !== undefined && efficiency !== undefined) return [];
  const marked = points.filter(({ marks }) => marks.length > 0);
  const why = marked.map(({ instances, marks }) => `with ${instances} ${marks.join(" and ")}`);
  return [`${journey}: too few points count (${why.join("; ")})`];
}

function atLeast(name: string, value: number, goal: number): Result {
  return { name, value, unit: "", goal: `>=${goal}`, pass: value >= goal };
}

function atMost(name: string, value: number, goal: number): Result {
  return { name, value, unit: "", goal: `<=${goal}`, pass: value <= goal };
}
