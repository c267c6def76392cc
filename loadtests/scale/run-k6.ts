import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Journal, journalOptions } from "../checker/journal.ts";
import type { Lab } from "./lab.ts";

interface Metric {
  readonly values: Readonly<Record<string, number>>;
}
/** What `handleSummary` of k6 is given, as far as we read it. */
export type Summary = Readonly<Record<string, Metric | undefined>>;

const scripts = join(import.meta.dir, "k6");
/** All done; a threshold missed; ended by one that was missed. */
const done = [0, 99];
/** Less collecting of garbage, so that the same quota drives more load. */
const go = { GOGC: "400" };

/**
 * Runs a script of `loadtests/scale/k6` against the fleet, in the generator's group, and answers its metrics; its clients
 * add to the journal.
 */
export async function runK6(
  lab: Lab,
  journal: Journal,
  script: string,
  settings: Readonly<Record<string, string | number>>,
): Promise<Summary> {
  const file = join(lab.shop.home, "summary.json");
  rmSync(file, { force: true });
  const given = Object.entries({ BASE_URL: lab.shop.url, SEED: lab.seed, SUMMARY: file, ...settings });
  const command = [
    ...[lab.k6, "run", "--quiet", "--no-usage-report", ...journalOptions(journal)],
    ...given.flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    join(scripts, `${script}.ts`),
  ];
  // biome-ignore lint/style/noProcessEnv: a child inherits its parent's environment
  const env = { ...process.env, ...go };
  const child = Bun.spawn(command, {
    env,
    stdio: ["ignore", "ignore", "pipe"],
    signal: lab.signal,
    killSignal: "SIGKILL",
  });
  lab.parts.generator.add(child.pid);
  const [said, code] = await Promise.all([new Response(child.stderr).text(), child.exited]).finally(() =>
    lab.signal.throwIfAborted(),
  );
  if (!done.includes(code)) throw new Error(`k6 did not do its work (exit ${code}): ${lastLines(said)}`);
  const { metrics } = (await Bun.file(file).json()) as { metrics: Summary };
  return metrics;
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-5).join("\n");
}
