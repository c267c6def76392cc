import { assess, distrustOf, resultsOf } from "./assess.ts";
import { drawCurves } from "./curve.ts";
import { curveSection } from "./curve-section.ts";
import type { Experiment } from "./experiment.ts";
import { journeys, quotasOf } from "./quotas.ts";

const about = {
  browse: "A visitor leafs through the catalog, filters it and opens products: mostly what instances have cached.",
  checkout:
    "A buyer opens a product, orders, pays, and waits until the order is paid and listed: every event has its effects within the figures, receipts included.",
} as const;

/** More instances: the curve of each journey. */
export const instances: Experiment = async (lab, settings) => {
  const curves = await drawCurves(lab, { journeys, ...settings });
  const assessed = curves.map(assess);
  return {
    sections: curves.map(({ journey }, index) => {
      const curve = assessed[index] ?? assess({ journey, points: [] });
      return curveSection(curve, `More instances: ${journey}`, about[journey]);
    }),
    results: assessed.flatMap(resultsOf),
    distrust: assessed.flatMap(distrustOf),
    quotas: quotasOf,
    measured: { curves: assessed, probes: curves },
  };
};
