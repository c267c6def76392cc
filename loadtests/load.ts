// npm run load -- <journey> [--url URL] [--env FILE] [--smoke] [--json FILE] [k6 options, like -e RATE=50]
// Exit 0: every goal kept; 1: one missed; 2: the run did not start or is not to be trusted.
import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";
import { subscriptions } from "../src/subscriptions.ts";
import { type Consumers, invariants } from "../tests/support/invariants.ts";
import { k6Binary } from "./k6-binary.ts";
import { printResults, type Result, writeResults } from "./results.ts";
import { journeys, runJourney } from "./run-journey.ts";

interface Arguments {
  journey?: string;
  url?: string;
  env?: string;
  json?: string;
  smoke: boolean;
  k6: string[];
}

const USAGE = "usage: npm run load -- <journey> [--url URL] [--env FILE] [--smoke] [--json FILE] [k6 options]";
const SMOKE = ["-e", "RATE=2", "-e", "DURATION=5s", "-e", "BUYERS=3", "-e", "SLACK=10"];
/** Who must have handled each event of a type. */
const consumers: Consumers = Object.fromEntries(
  Object.entries(subscriptions).map(([type, heardBy]) => [type, heardBy.map(({ name }) => name)]),
);
/** Events have had their effects by then (api.md 1.7, all but the expiry of orders). */
const REST_WITHIN_MS = 20_000;

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
  const settings = await readSettings(env);
  const target = url ?? settings.get("PUBLIC_URL") ?? "http://127.0.0.1:3000";
  // biome-ignore lint/style/noProcessEnv: an entry reads the environment
  const binary = await k6Binary(process.env);
  console.log(`${journey} against ${target}`);
  const { results, distrust } = await runJourney(binary, journey, target, [...(smoke ? SMOKE : []), ...k6]);
  if (env !== undefined) results.push(...(await checkInvariants(settings.get("DATABASE_URL"))));
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
    else if (word === "--url" || word === "--env" || word === "--json") {
      const { value } = words.next();
      if (value === undefined) throw new Error(`${word} needs a value\n${USAGE}`);
      read[word.slice(2) as "url" | "env" | "json"] = value;
    } else if (read.journey === undefined) read.journey = word;
    else read.k6.push(word);
  }
  return read;
}

/** The lines `NAME=value` of the env file; the local cloud's own file only says where it is, and may be missing. */
async function readSettings(given: string | undefined): Promise<Map<string, string>> {
  const file = given ?? ".headroom/env";
  if (given === undefined && !existsSync(file)) return new Map();
  const lines = (await Bun.file(file).text()).matchAll(/^(\w+)=(.*)$/gm);
  return new Map(Array.from(lines, ([, name = "", value = ""]) => [name, value]));
}

/** Asks until all invariants hold or the system should have come to rest. */
async function checkInvariants(databaseUrl: string | undefined): Promise<Result[]> {
  if (databaseUrl === undefined) throw new Error("the env file has no DATABASE_URL to check the invariants in");
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    const deadline = Date.now() + REST_WITHIN_MS;
    let found = await invariants(sql, consumers);
    while (found.some(({ violations }) => violations > 0) && Date.now() < deadline) {
      await wait(500);
      found = await invariants(sql, consumers);
    }
    return found.map(({ name, violations }) => {
      return { name, value: violations, unit: "violations", goal: "==0", pass: violations === 0 };
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
