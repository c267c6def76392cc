// npm run load -- <journey> [--url URL] [--env FILE] [--seed N] [--smoke] [--json FILE] [k6 options, like -e RATE=50]
// Exit 0: every goal kept; 1: one missed; 2: the run did not start or is not to be trusted.
import { existsSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvFile } from "../local/env-file.ts";
import { checkAtRest } from "./checker/check-at-rest.ts";
import { checkDuring } from "./checker/check-during.ts";
import { journalOptions, openJournal } from "./checker/journal.ts";
import type { Settings } from "./checker/settings.ts";
import type { Verdict } from "./judge.ts";
import { k6Binary } from "./k6-binary.ts";
import { printResults, writeResults } from "./results.ts";
import { journeys, runJourney } from "./run-journey.ts";

interface Arguments {
  journey?: string;
  url?: string;
  env?: string;
  json?: string;
  smoke: boolean;
  k6: string[];
}

const USAGE =
  "usage: npm run load -- <journey> [--url URL] [--env FILE] [--seed N] [--smoke] [--json FILE] [k6 options]";
const SMOKE = ["RATE=2", "DURATION=5s", "BUYERS=3", "THINK=0.1", "SLACK=10"].flatMap((setting) => ["-e", setting]);

process.exitCode = await load(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  return 2;
});

async function load(argv: string[]): Promise<number> {
  const { journey, url, env, json, smoke, k6 } = readArguments(argv);
  const known = await journeys();
  if (journey === undefined || !known.includes(journey)) {
    throw new Error(`${USAGE}\njourneys: ${known.join(", ")}`);
  }
  const settings = readSettings(env);
  const target = url ?? settings.PUBLIC_URL ?? "http://127.0.0.1:3000";
  // biome-ignore lint/style/noProcessEnv: an entry reads the environment
  const binary = await k6Binary(process.env);
  console.log(`${journey} against ${target}`);
  const run = (more: string[]) => runJourney(binary, journey, target, [...(smoke ? SMOKE : []), ...more, ...k6]);
  const { results, distrust } = await (env === undefined
    ? run([])
    : runChecked({ ...settings, PUBLIC_URL: target }, run));
  printResults(results);
  if (env === undefined) console.log("The invariants were not checked: that takes the server's --env FILE.");
  if (json !== undefined) await writeResults(json, results);
  if (distrust !== undefined) throw new Error(`Not to be trusted: ${distrust}.`);
  return results.every((result) => result.pass) ? 0 : 1;
}

function readArguments(argv: string[]): Arguments {
  const read: Arguments = { smoke: false, k6: [] };
  const words = argv.values();
  for (const word of words) {
    if (word === "--smoke") read.smoke = true;
    else if (word === "--url" || word === "--env" || word === "--json" || word === "--seed") {
      const { value } = words.next();
      if (value === undefined) throw new Error(`${word} needs a value\n${USAGE}`);
      if (word === "--seed") read.k6.push("-e", `SEED=${value}`);
      else read[word.slice(2) as "url" | "env" | "json"] = value;
    } else if (read.journey === undefined) read.journey = word;
    else read.k6.push(word);
  }
  return read;
}

/** The local cloud's own file only says where it is, and may be missing; another must be there. */
function readSettings(given: string | undefined): Settings {
  if (given !== undefined && !existsSync(given)) throw new Error(`${given} is missing.\n${USAGE}`);
  return readEnvFile(given ?? ".headroom/env");
}

/** Runs the journey under the eyes of the checker: in the database meanwhile, and everywhere once it is over. */
async function runChecked(env: Settings, run: (k6: string[]) => Promise<Verdict>): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), "headroom-journal-"));
  const over = new AbortController();
  try {
    const journal = await untilStopped(folder, openJournal(env, folder));
    const watch = checkDuring(env, over.signal);
    const { results, distrust } = await run(journalOptions(journal)).finally(() => over.abort());
    console.error("Checking the invariants …");
    const checks = Promise.all([watch, checkAtRest(env, journal)]);
    return { results: [...results, ...(await untilStopped(folder, checks)).flat()], distrust };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The outcome of work that a stop asked of us ends at once, without leaving the folder. k6 hears of one by itself. */
async function untilStopped<T>(folder: string, work: Promise<T>): Promise<T> {
  const stop = () => {
    rmSync(folder, { recursive: true, force: true });
    console.error("Stopped on request, before everything was checked.");
    process.exit(2);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await work;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
