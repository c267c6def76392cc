import { mkdtemp, readdir, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { judge, type Verdict } from "./judge.ts";

const folder = join(import.meta.dir, "journeys");
/** What k6 exits with when it did its work: all thresholds kept, or one missed. */
const DONE = [0, 99];

export async function journeys(): Promise<string[]> {
  return (await readdir(folder)).map((file) => file.replace(/\.ts$/, "")).sort();
}

/**
 * Runs one journey with k6 against a URL; throws where nothing answers there. `options` are k6's own, like
 * `["-e", "RATE=50"]`; its own report goes to `report`.
 */
export async function runJourney(
  k6: string,
  journey: string,
  url: string,
  options: string[],
  report: "inherit" | "ignore" = "inherit",
): Promise<Verdict> {
  await mustAnswer(url);
  const scratch = await mkdtemp(join(tmpdir(), "headroom-load-"));
  const file = join(scratch, "summary.json");
  try {
    const before = cpuTimes();
    const command = [
      ...[k6, "run", "--no-usage-report", "--summary-export", file, "-e", `BASE_URL=${url}`],
      ...(process.stdout.isTTY ? [] : ["--quiet"]),
      ...options,
      join(folder, `${journey}.ts`),
    ];
    const exitCode = await run(command, report);
    const after = cpuTimes();
    if (!DONE.includes(exitCode)) return { results: [], distrust: `k6 did not do its work (exit ${exitCode})` };
    return judge(await Bun.file(file).json(), (after.idle - before.idle) / (after.total - before.total));
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function mustAnswer(url: string): Promise<void> {
  await fetch(new URL("/healthz", url), { signal: AbortSignal.timeout(5_000) }).catch((cause: Error) => {
    throw new Error(`nothing answers at ${url}: ${cause.message}`, { cause });
  });
}

/** k6 bounds its own time; a stop asked of us is passed on, Ctrl-C reaches it by the terminal. */
async function run(command: string[], report: "inherit" | "ignore"): Promise<number> {
  const child = Bun.spawn(command, { stdio: ["ignore", report, report] });
  const stop = () => child.kill("SIGTERM");
  const wait = () => {};
  process.on("SIGTERM", stop).on("SIGINT", wait);
  const exitCode = await child.exited;
  process.off("SIGTERM", stop).off("SIGINT", wait);
  return exitCode;
}

function cpuTimes(): { idle: number; total: number } {
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  return { idle, total: times.reduce((sum, time) => sum + time.user + time.nice + time.sys + time.irq, idle) };
}
