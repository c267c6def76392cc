import { assess } from "./assess.ts";
import { type Point, searchFleet } from "./curve.ts";
import { curveSection } from "./curve-section.ts";
import type { Experiment, ExperimentSettings } from "./experiment.ts";
import { withFleet } from "./fleet.ts";
import type { Lab } from "./lab.ts";
import { mustFit, type Quotas } from "./quotas.ts";
import { warmUp } from "./warm-up.ts";

const journey = "browse";
/** What the lock lets pass: a journey's eight requests hold it for some 20 ms each. */
const firstRate = 4.5;
const entry = "loadtests/scale/shared-lock.ts";
/** It looks for a gap of halves, not of hundredths. */
const precision = 1.1;
const samplesShare = 1 / 5;
const warmUpJourneys = 20;
const sigmaMin = 0.05;
/** Each instance has more than the lock lets it use, so that the lock is what limits. */
const quotas: Quotas = { instance: 0.1, generator: 0.25, balancer: 0.1, database: 0.3, standby: 0.1, cloud: 0.24 };
const about =
  "The negative control: the same server, but each request for the shop waits for one lock that all instances share and holds it for 20 ms. A proof that did not find this could not find any contention.";

/** The same proof of instances that share a lock: it must find the contention. */
export const sharedLock: Experiment = async (lab, settings) => {
  mustFit(quotas, Math.max(...settings.fleets));
  const curve = assess({ journey, points: await points(lab, settings) });
  const value = curve.law?.sigma ?? 0;
  const name = "control: sigma with a shared lock";
  return {
    sections: [curveSection(curve, "Control: a shared lock", about)],
    results: [{ name, value, unit: "", goal: `>${sigmaMin}`, pass: value > sigmaMin }],
    distrust: curve.law ? [] : ["control: too few points count"],
    quotas: { control: quotas },
    measured: { control: curve },
  };
};

async function points(lab: Lab, { fleets, samples }: ExperimentSettings): Promise<Point[]> {
  const found: Point[] = [];
  for (const instances of fleets)
    await withFleet(lab, { instances, entry }, async (fleet) => {
      await warmUp(lab, fleet, journey, warmUpJourneys);
      const first = found.at(-1)?.found.tried[0]?.rate ?? firstRate;
      const searched = { journey, quotas, first, journeys: samples * samplesShare, tries: 1, precision };
      found.push({ instances, found: await searchFleet(lab, fleet, searched) });
    });
  return found;
}
