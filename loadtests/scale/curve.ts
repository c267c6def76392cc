import type { Result } from "../results.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import type { Lab } from "./lab.ts";
import { type Probe, type ProbeSettings, percent, probe } from "./probe.ts";
import { type Journey, mustFit, quotasOf } from "./quotas.ts";
import { type Found, highestHeld } from "./search.ts";
import { checkAtRest, worstOf } from "./soundness.ts";
import { untilAtRest, warmUp } from "./warm-up.ts";

/** What one fleet holds of one journey. */
export interface Point {
  readonly instances: number;
  readonly found: Found<Probe>;
}

export interface Curve {
  readonly journey: Journey;
  readonly points: readonly Point[];
}

export interface Curves {
  readonly curves: readonly Curve[];
  readonly invariants: readonly Result[];
}

export interface CurveSettings {
  readonly journeys: readonly Journey[];
  readonly fleets: readonly number[];
  readonly seconds: number;
  readonly tries: number;
}

const precisionByDefault = 1.03;
const warmUpSeconds = 3;
const settlingShare = 0.8;

/** Where the first search begins, in journeys a second of each instance; later ones begin at what the last fleet held. */
const firstRates: Readonly<Record<Journey, number>> = { browse: 7, checkout: 2.8 };

/** Each fleet starts afresh, is warmed up, and is then searched for the highest rate that it holds of each journey. */
export async function drawCurves(lab: Lab, settings: CurveSettings): Promise<Curves> {
  const { journeys, fleets } = settings;
  for (const journey of journeys) mustFit(quotasOf[journey], Math.max(...fleets));
  const curves = journeys.map((journey) => ({ journey, points: [] as Point[] }));
  const found: Result[] = [];
  for (const instances of fleets) {
    const fleet = await startFleet(lab, { instances });
    try {
      for (const { journey, points } of curves) {
        found.push(...(await warmUp(lab, fleet, journey)));
        const first = firstRate(journey, points, instances);
        points.push({
          instances,
          found: await searchFleet(lab, fleet, { journey, quotas: quotasOf[journey], first, ...settings }),
        });
      }
      found.push(...(await checkAtRest(lab.shop.env)));
    } finally {
      await fleet.stop();
    }
  }
  return { curves, invariants: worstOf(found) };
}

function firstRate(journey: Journey, points: readonly Point[], instances: number): number {
  const last = points.at(-1);
  const held = last?.found.held[0];
  return instances * (last && held ? held.rate / last.instances : firstRates[journey]);
}

interface Searched extends Omit<ProbeSettings, "warmUpSeconds"> {
  /** Where it begins, in journeys a second. */
  readonly first: number;
  readonly tries: number;
  /** How close to it the next lost rate is; 1.03 is 3 %. */
  readonly precision?: number;
}

/** The highest rate that a fleet holds, once it has settled; before each probe it comes to rest. */
export async function searchFleet(lab: Lab, fleet: Fleet, searched: Searched): Promise<Found<Probe>> {
  const { first, tries, precision = precisionByDefault, ...settings } = searched;
  // What is compiled for the first time under the bound is not measured.
  await probe(lab, fleet, { ...settings, warmUpSeconds }, first * settlingShare);
  const attempt = async (rate: number) => {
    await untilAtRest(lab, fleet);
    const tried = await probe(lab, fleet, { ...settings, warmUpSeconds }, rate);
    lab.say(`  ${describe(fleet, settings.journey, tried)}`);
    return tried;
  };
  return highestHeld(attempt, { first, precision, tries });
}

function describe({ groups }: Fleet, journey: string, { rate, lost, latencies, parts }: Probe): string {
  const times = latencies.map(({ kind, p99 }) => `${kind}s ${Math.round(p99)} ms`).join(", ");
  const shares = parts.map(({ part, share }) => `${part} ${percent(share)}`).join(", ");
  const verdict = lost.length === 0 ? "held" : `lost: ${lost.join(", ")}`;
  return `${groups.length} x ${journey} at ${rate.toFixed(2)}/s: p99 ${times}; ${shares}; ${verdict}`;
}
