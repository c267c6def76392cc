import { availableParallelism } from "node:os";
import { assess } from "./assess.ts";
import { type Point, searchFleet } from "./curve.ts";
import { curveSection } from "./curve-section.ts";
import type { Experiment } from "./experiment.ts";
import { startFleet } from "./fleet.ts";
import { warmUp } from "./warm-up.ts";

const sizes = [0.25, 0.5, 1, 2];
const journey = "browse";
const firstRate = 240;
const about =
  "One instance with ever more CPU; nothing else is bounded. JavaScript runs on one thread, so that past one core there is little to win: then take more instances (INSTANCES=auto).";

/** One instance, and a larger share of the machine each time. */
export const vertical: Experiment = async (lab, { seconds, tries }) => {
  const whole = availableParallelism();
  const others = { generator: whole, balancer: whole, database: whole, standby: whole, cloud: whole };
  const fleet = await startFleet(lab, { instances: 1 });
  const points: Point[] = [];
  try {
    await warmUp(lab, fleet, journey);
    for (const size of sizes) {
      const [last] = points.at(-1)?.found.held ?? [];
      const first = last ? last.rate * 1.8 : firstRate * size;
      const searched = { journey, quotas: { instance: size, ...others }, first, seconds, tries };
      points.push({ instances: size, found: await searchFleet(lab, fleet, searched) });
    }
  } finally {
    await fleet.stop();
  }
  const curve = assess({ journey, points });
  return {
    sections: [curveSection(curve, "A larger instance", about, "cores")],
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
