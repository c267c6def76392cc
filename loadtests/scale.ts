// npm run scale -- [--instances --control --vertical --data --services] [options]
// Exit 0: every goal kept; 1: one missed; 2: the run did not start or is not to be trusted.
import { parseArgs } from "node:util";
import { k6Binary } from "./k6-binary.ts";
import { printResults, writeResults } from "./results.ts";
import { sharedLock } from "./scale/control.ts";
import { data } from "./scale/data.ts";
import type { Experiment, Outcome } from "./scale/experiment.ts";
import { instances } from "./scale/instances.ts";
import { openLab } from "./scale/lab.ts";
import { machineFacts } from "./scale/machine.ts";
import { writeReport } from "./scale/report.ts";
import { services } from "./scale/services.ts";
import { vertical } from "./scale/vertical.ts";

const experiments: Readonly<Record<string, Experiment>> = { instances, control: sharedLock, vertical, data, services };
const byDefault = ["instances", "control"];

const usage = `usage: npm run scale -- [${Object.keys(experiments)
  .map((name) => `--${name}`)
  .join(" | ")} ...] [options]
  what to try; by default ${byDefault.join(" and ")}
  --fleets LIST  how many instances (1,2,4,8)
  --seconds N    of each probe (8)
  --tries N      of the highest rate (3)
  --seed N       of what the virtual users draw (1)
  --out DIR      of report.html and report.json (.headroom/scale)
  --json FILE    also write the figures as an array`;

process.exitCode = await scale().catch((error: Error) => {
  console.error(error.message);
  return 2;
});

async function scale(): Promise<number> {
  const { names, settings, seed, out, json } = readArguments();
  // biome-ignore lint/style/noProcessEnv: an entry reads the environment
  const k6 = await k6Binary(process.env);
  const started = Date.now();
  const say = (line: string) =>
    console.log(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${line}`);
  const lab = await openLab(k6, seed, say);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void lab.close().finally(() => process.exit(2)));
  try {
    const outcomes: Outcome[] = [];
    for (const name of names) {
      say(`${name}:`);
      const outcome = await experiments[name]?.(lab, settings);
      if (outcome) outcomes.push(outcome);
    }
    const results = outcomes.flatMap((outcome) => outcome.results);
    const distrust = outcomes.flatMap((outcome) => outcome.distrust);
    await writeReport(out, {
      facts: await machineFacts(lab),
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

function readArguments() {
  const values = parseOptions();
  const names = Object.keys(experiments).filter((name) => values[name as keyof typeof values]);
  const fleets = values.fleets.split(",").map(Number);
  const [seconds, tries, seed] = [Number(values.seconds), Number(values.tries), Number(values.seed)];
  if (!fleets.every((count) => count >= 1) || !(seconds >= 1) || !(tries >= 1) || Number.isNaN(seed))
    throw new Error(usage);
  return {
    names: names.length > 0 ? names : byDefault,
    settings: { fleets, seconds, tries },
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
        seconds: { type: "string", default: "8" },
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
