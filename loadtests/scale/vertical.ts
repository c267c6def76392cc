import { availableParallelism } from "node:os";
import { assess } from "./assess.ts";
import { type Point, searchFleet } from "./curve.ts";
import { curveSection } from "./curve-section.ts";
import type { Experiment } from "./experiment.ts";
import { withFleet } from "./fleet.ts";
import { warmUp } from "./warm-up.ts";

const sizes = [0.25, 0.5, 1, 2];
const journey = "browse";
const firstRate = 240;
/** It begins many more journeys a second than a fleet of small instances. */
const samplesTimes = 8;
const about =
  "One instance with ever more CPU; nothing else is bounded. JavaScript runs on one thread, so that past one core there is little to win: then take more instances (INSTANCES=auto).";

/** One instance, and a larger share of the machine each time. */
export const vertical: Experiment = async (lab, { samples, tries }) => {
  const whole = availableParallelism();
  const others = { generator: whole, balancer: whole, database: whole, standby: whole, cloud: whole };
  const points: Point[] = [];
  await withFleet(lab, { instances: 1 }, async (fleet) => {
    await warmUp(lab, fleet, journey);
    for (const size of sizes) {
      const [last] = points.at(-1)?.found.tried ?? [];
      const first = last ? last.rate * 1.8 : firstRate * size;
      const bounds = { instance: size, ...others };
      const searched = { journey, quotas: bounds, first, journeys: samples * samplesTimes, tries };
      points.push({ instances: size, found: await searchFleet(lab, fleet, searched) });
    }
  });
  const curve = assess({ journey, points });
  return {
    sections: [curveSection(curve, "A larger instance", about, { of: "cores", fitted: false })],
    results: curve.points.map(({ instances: size, rate, marks }) => {
      const left = marks.length === 0 ? "" : `, not counted: ${marks.join(" and ")}`;
      return {
        name: `vertical: held by ${size} of a core${left}`,
        value: rate,
        unit: "journeys/s",
        goal: null,
        pass: true,
      };
    }),
    distrust: [],
    quotas: { vertical: { instance: Math.max(...sizes), ...others } },
    measured: { vertical: curve },
  };
};
