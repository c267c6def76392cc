import { assess } from "./assess.ts";
import { type Point, searchFleet } from "./curve.ts";
import { curveSection } from "./curve-section.ts";
import type { Experiment, ExperimentSettings } from "./experiment.ts";
import { startFleet } from "./fleet.ts";
import type { Lab } from "./lab.ts";
import { mustFit, quotasOf } from "./quotas.ts";
import { warmUp } from "./warm-up.ts";

const journey = "browse";
const firstRate = 6;
const entry = "loadtests/scale/shared-lock.ts";
/** It looks for a gap of halves, not of hundredths. */
const precision = 1.1;
const sigmaMin = 0.05;
const about =
  "The negative control: the same server, but each request for the shop waits for one lock that all instances share. A proof that did not find this could not find any contention.";

/** The same proof of instances that share a lock: it must find the contention. */
export const sharedLock: Experiment = async (lab, settings) => {
  const quotas = quotasOf[journey];
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

async function points(lab: Lab, { fleets, seconds }: ExperimentSettings): Promise<Point[]> {
  const found: Point[] = [];
  for (const instances of fleets) {
    const fleet = await startFleet(lab, { instances, entry });
    try {
      await warmUp(lab, fleet, journey);
      const first = found.at(-1)?.found.held[0]?.rate ?? firstRate;
      const searched = { journey, quotas: quotasOf[journey], first, seconds, tries: 1, precision };
      found.push({ instances, found: await searchFleet(lab, fleet, searched) });
    } finally {
      await fleet.stop();
    }
  }
  return found;
}
