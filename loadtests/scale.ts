// npm run scale -- [--instances --control --vertical --data --services] [options]
// Exit 0: every goal kept; 1: one missed; 2: the run did not start or is not to be trusted.
import { parseArgs } from "node:util";
import { k6Binary } from "./k6-binary.ts";
import { haproxyBinary } from "./lab/balancer.ts";
import { printResults, writeResults } from "./results.ts";
import { sharedLock } from "./scale/control.ts";
import { data } from "./scale/data.ts";
import type { Experiment, ExperimentSettings, Outcome } from "./scale/experiment.ts";
import { instances } from "./scale/instances.ts";
import { type Lab, openLab, type Say } from "./scale/lab.ts";
import { machineFacts } from "./scale/machine.ts";
import { writeReport } from "./scale/report.ts";
import { services } from "./scale/services.ts";
import { together } from "./scale/soundness.ts";
import { vertical } from "./scale/vertical.ts";
import { untilAsked } from "./until-asked.ts";

const experiments: Readonly<Record<string, Experiment>> = { instances, control: sharedLock, vertical, data, services };
const byDefault = ["instances", "control"];

const usage = `usage: npm run scale -- [${Object.keys(experiments)
  .map((name) => `--${name}`)
  .join(" | ")} ...] [options]
  what to try; by default ${byDefault.join(" and ")}
  --fleets LIST  how many instances (1,2,4,8)
  --journeys N   of each probe, at least (300), so that every fleet is judged by as many
  --tries N      of the highest rate, an odd number (3)
  --seed N       of what the virtual users draw (1)
  --out DIR      of report.html and report.json (.headroom/scale)
  --json FILE    also write the figures as an array`;

// A run that was stopped leaves work behind that nobody waits for.
process.exit(
  await scale().catch((error: Error) => {
    console.error(error.message);
    return 2;
  }),
);

async function scale(): Promise<number> {
  if (process.argv.includes("--help")) {
    console.log(usage);
    return 0;
  }
  const { names, settings, seed, out, json } = readArguments();
  haproxyBinary();
  // biome-ignore lint/style/noProcessEnv: an entry reads the environment
  const k6 = await k6Binary(process.env);
  const lab = await openLab({ k6, seed, say: clocked(Date.now()), signal: untilAsked() });
  try {
    const outcomes = await runAll(lab, names, settings);
    const results = [...outcomes.flatMap((outcome) => outcome.results), ...together(lab.checks)];
    const { facts, distrust: unsafe } = await machineFacts(lab);
    const distrust = [...unsafe, ...outcomes.flatMap((outcome) => outcome.distrust)];
    await writeReport(out, {
      facts,
      quotas: Object.assign({}, ...outcomes.map(({ quotas }) => quotas)),
      sections: outcomes.flatMap(({ sections }) => sections),
      results,
      distrust,
      measured: Object.assign({}, ...outcomes.map(({ measured }) => measured)),
    });
    printResults(results);
    if (json !== undefined) await writeResults(json, results);
    console.log(`The report is ${out}/report.html.`);
    if (distrust.length > 0) throw new Error(`Not to be trusted: ${distrust.join("; ")}.`);
    return results.every(({ pass }) => pass) ? 0 : 1;
  } finally {
    await lab.close();
  }
}

async function runAll(lab: Lab, names: readonly string[], settings: ExperimentSettings): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const name of names) {
    lab.say(`${name}:`);
    const outcome = await experiments[name]?.(lab, settings);
    if (outcome) outcomes.push(outcome);
  }
  return outcomes;
}

/** Says each line with the seconds since. */
function clocked(since: number): Say {
  return (line) => console.log(`${String(Math.round((Date.now() - since) / 1000)).padStart(5)} s  ${line}`);
}

function readArguments() {
  const values = parseOptions();
  const names = Object.keys(experiments).filter((name) => values[name as keyof typeof values]);
  const fleets = values.fleets.split(",").map(Number);
  const [samples, tries, seed] = [Number(values.journeys), Number(values.tries), Number(values.seed)];
  if (!fleets.every((count) => count >= 1) || !(samples >= 1) || !(tries % 2 === 1) || Number.isNaN(seed))
    throw new Error(usage);
  return {
    names: names.length > 0 ? names : byDefault,
    settings: { fleets, samples, tries },
    seed,
    out: values.out,
    json: values.json,
  };
}

function parseOptions() {
  const chosen = Object.fromEntries(Object.keys(experiments).map((name) => [name, { type: "boolean" as const }]));
  try {
    return parseArgs({
      options: {
        ...chosen,
        fleets: { type: "string", default: "1,2,4,8" },
        journeys: { type: "string", default: "300" },
        tries: { type: "string", default: "3" },
        seed: { type: "string", default: "1" },
        out: { type: "string", default: ".headroom/scale" },
        json: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}
