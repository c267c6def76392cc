import { freePort } from "../../local/ports.ts";
import { services as all, type Service } from "../../src/contracts/services.ts";
import { assess, distrustOf, resultsOf } from "./assess.ts";
import { type Point, searchFleet } from "./curve.ts";
import { curveSection } from "./curve-section.ts";
import type { Experiment } from "./experiment.ts";
import { type Fleet, startFleet, withFleet } from "./fleet.ts";
import type { Lab } from "./lab.ts";
import { mustFit, type Quotas } from "./quotas.ts";
import { warmUp } from "./warm-up.ts";

const alone: Service = "orders";
const others = all.filter((service) => service !== alone);
const processes = [1, 2, 3, 4];
const journey = "mixed";
const firstRate = 7;
const quotas: Quotas = {
  ...{ instance: 0.06, generator: 0.35, balancer: 0.1, database: 0.41 },
  ...{ standby: 0.12, cloud: 0.22, gateway: 0.5 },
};
const about =
  "Orders alone, from 1 to 4 processes behind a balancer of their own; one process with all other services stands in front and sends on to them. Half of the journeys browse, half of them check out.";

/** One service alone, in ever more processes, behind another process with all other services. */
export const services: Experiment = async (lab, { samples, tries }) => {
  mustFit(quotas, Math.max(...processes));
  const port = await freePort();
  const front = await startFront(lab, `http://127.0.0.1:${port}`);
  const points: Point[] = [];
  try {
    const [frontUrl = ""] = front.urls;
    const env = { SERVICES: alone, ...Object.fromEntries(others.map((service) => [urlOf(service), frontUrl])) };
    for (const instances of processes)
      await withFleet(lab, { instances, env, port, name: alone }, async (fleet) => {
        await warmUp(lab, fleet, journey);
        const last = points.at(-1);
        const [held] = last?.found.tried ?? [];
        const first = instances * (last && held ? held.rate / last.instances : firstRate);
        const searched = { journey, quotas, first, journeys: samples, tries };
        points.push({ instances, found: await searchFleet(lab, fleet, searched) });
      });
    const curve = assess({ journey: "orders alone", points });
    return {
      sections: [curveSection(curve, "One service alone", about, { of: "processes of orders" })],
      results: resultsOf(curve),
      distrust: distrustOf(curve),
      quotas: { services: quotas },
      measured: { services: curve },
    };
  } finally {
    await front.stop();
  }
};

/** All other services in one process, where clients come in. */
function startFront(lab: Lab, ordersUrl: string): Promise<Fleet> {
  const env = { SERVICES: others.join(","), [urlOf(alone)]: ordersUrl };
  return startFleet(lab, { instances: 1, env, name: "gateway", group: lab.parts.gateway });
}

function urlOf(service: Service): string {
  return `${service.toUpperCase()}_URL`;
}
