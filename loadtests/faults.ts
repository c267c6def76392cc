// npm run faults -- [row ...] [--control] [--seed N] [--json FILE]
// Exit 0: every goal kept; 1: one missed; 2: the run did not start, was stopped or is not to be trusted.
import { parseArgs } from "node:util";
import { controls, judgeControl } from "./faults/controls.ts";
import { judgeRow, type Line, lineOf } from "./faults/judge-row.ts";
import { printLines } from "./faults/print-lines.ts";
import { rows } from "./faults/rows.ts";
import { type RunOptions, runRow } from "./faults/run-row.ts";
import { k6Binary } from "./k6-binary.ts";
import { haproxyBinary } from "./lab/balancer.ts";
import { printResults, type Result, writeResults } from "./results.ts";
import { untilAsked } from "./until-asked.ts";

const usage = `usage: npm run faults -- [${Object.keys(rows).join(" | ")} ...] [options]
  --control     instead: what the harness must notice (${Object.keys(controls).join(", ")})
  --seed N      the moments, the instance and what buyers buy; a run prints its own
  --json FILE   also write the figures as JSON`;

process.exitCode = await faults().catch((error: Error) => {
  console.error(error.message);
  return 2;
});

async function faults(): Promise<number> {
  const { names, seed, json } = readArguments();
  haproxyBinary();
  // biome-ignore lint/style/noProcessEnv: an entry reads the environment
  const k6 = await k6Binary(process.env);
  const signal = untilAsked();
  const results: Result[] = [];
  const lines: Line[] = [];
  for (const name of names) {
    const begun = Date.now();
    const say = (line: string) => console.error(`${name} ${((Date.now() - begun) / 1000).toFixed(0)} s: ${line}`);
    const { line, figures } = await runOne(name, { k6, seed, say, signal }).catch((cause: Error) => {
      signal.throwIfAborted();
      throw new Error(`${name}: ${cause.message}\nRepeat it: ${repeats([name], seed)}`, { cause });
    });
    lines.push(line);
    results.push(...figures);
  }
  printResults(results);
  console.log("");
  printLines(lines);
  if (json !== undefined) await writeResults(json, results);
  const missed = names.filter((name) => results.some((result) => result.name.startsWith(`${name}: `) && !result.pass));
  console.log(`\n${missed.length === 0 ? "Every goal kept" : `MISSED: ${missed.join(", ")}`}. Seed ${seed}.`);
  if (missed.length > 0) console.log(`Repeat it: ${repeats(missed, seed)}`);
  return missed.length === 0 ? 0 : 1;
}

async function runOne(name: string, options: RunOptions): Promise<{ line: Line; figures: Result[] }> {
  const [row, control] = [rows[name], controls[name]];
  if (row !== undefined) {
    const outcome = await runRow(row, options);
    return { line: lineOf(row.title, outcome), figures: judgeRow(name, row, outcome) };
  }
  if (control === undefined) throw new Error(usage);
  const outcome = await runRow(control, options, control.plant);
  return { line: lineOf(control.title, outcome), figures: [judgeControl(name, control, outcome)] };
}

function repeats(names: readonly string[], seed: number): string {
  return `npm run faults -- ${names.join(" ")} --seed ${seed}`;
}

function readArguments() {
  const { values, positionals } = parseOrSayHow();
  const all = Object.keys(values.control ? controls : rows);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
  const unknown = positionals.filter((name) => !(name in rows || name in controls));
  if (unknown.length > 0 || !Number.isInteger(seed)) throw new Error(usage);
  return { names: positionals.length > 0 ? positionals : all, seed, json: values.json };
}

function parseOrSayHow() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { seed: { type: "string" }, json: { type: "string" }, control: { type: "boolean", default: false } },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}
