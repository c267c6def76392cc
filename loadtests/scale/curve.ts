import { type Fleet, withFleet } from "./fleet.ts";
import type { Lab } from "./lab.ts";
import { type Probe, type ProbeSettings, percent, probe } from "./probe.ts";
import { type Journey, mustFit, quotasOf } from "./quotas.ts";
import { type Found, highestHeld } from "./search.ts";
import { watched } from "./soundness.ts";
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

export interface CurveSettings {
  readonly journeys: readonly Journey[];
  readonly fleets: readonly number[];
  /** Of each probe, those that count. */
  readonly samples: number;
  readonly tries: number;
}

/** How far the lowest rate that was lost is above the highest that was held. */
const precisionByDefault = 1.03;
const settlingShare = 0.8;
/** Of the journeys of a probe, for what is not counted. */
const uncountedShare = 1 / 3;

/** Where the first search begins, in journeys a second of each instance; later ones begin at what the last fleet held. */
const firstRates: Readonly<Record<Journey, number>> = { browse: 7, checkout: 2.8 };

/** Each fleet starts afresh, is warmed up, and is then searched for the highest rate that it holds of each journey. */
export async function drawCurves(lab: Lab, settings: CurveSettings): Promise<Curve[]> {
  const { journeys, fleets, samples, tries } = settings;
  for (const journey of journeys) mustFit(quotasOf[journey], Math.max(...fleets));
  const curves = journeys.map((journey) => ({ journey, points: [] as Point[] }));
  for (const instances of fleets)
    await withFleet(lab, { instances }, async (fleet) => {
      for (const { journey, points } of curves) {
        await warmUp(lab, fleet, journey);
        const first = firstRate(journey, points, instances);
        const searched = { journey, quotas: quotasOf[journey], first, journeys: samples, tries };
        points.push({ instances, found: await searchFleet(lab, fleet, searched) });
      }
    });
  return curves;
}

function firstRate(journey: Journey, points: readonly Point[], instances: number): number {
  const last = points.at(-1);
  const held = last?.found.tried[0];
  return instances * (last && held ? held.rate / last.instances : firstRates[journey]);
}

interface Searched extends ProbeSettings {
  /** Where it begins, in journeys a second. */
  readonly first: number;
  readonly tries: number;
  /** How close to it the next lost rate is; 1.03 is 3 %. */
  readonly precision?: number;
}

/**
 * The highest rate that a fleet holds; before each probe it comes to rest. First it settles, since what is compiled for the
 * first time under the bound is not measured, and last it is offered that rate once more: the checker watches both.
 */
export async function searchFleet(lab: Lab, fleet: Fleet, searched: Searched): Promise<Found<Probe>> {
  const { first, tries, precision = precisionByDefault, ...settings } = searched;
  const uncounted = { ...settings, journeys: settings.journeys * uncountedShare };
  const watchedAt = (rate: number) => watched(lab, () => probe(lab, fleet, uncounted, rate));
  await watchedAt(first * settlingShare);
  const attempt = async (rate: number) => {
    await untilAtRest(lab, fleet);
    const tried = await probe(lab, fleet, settings, rate);
    lab.say(`  ${describe(fleet, settings.journey, tried)}`);
    return tried;
  };
  const found = await highestHeld(attempt, { first, precision, tries });
  await untilAtRest(lab, fleet);
  const [held] = found.tried;
  if (held) await watchedAt(held.rate);
  return found;
}

function describe({ groups }: Fleet, journey: string, { rate, lost, latencies, parts }: Probe): string {
  const times = latencies.map(({ kind, p99 }) => `${kind}s ${Math.round(p99)} ms`).join(", ");
  const shares = parts.map(({ part, share }) => `${part} ${percent(share)}`).join(", ");
  const verdict = lost.length === 0 ? "held" : `lost: ${lost.join(", ")}`;
  return `${groups.length} x ${journey} at ${rate.toFixed(2)}/s: p99 ${times}; ${shares}; ${verdict}`;
}
