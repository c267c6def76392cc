// `npm run dev:edge`: the Worker in workerd against the embedded cloud, its own where none runs, until Ctrl-C.
import { join } from "node:path";
import { jobs } from "../src/jobs.ts";
import { type Config, readConfig } from "../src/platform/config.ts";
import { scheduleJobs } from "../src/platform/jobs.ts";
import { openQueue } from "../src/platform/queue.ts";
import { checkSettings } from "./check-settings.ts";
import { type Cloud, defaultPorts, startCloud } from "./cloud.ts";
import { removeSchedules } from "./edge/remove-schedules.ts";
import { readEnvFile, writeEnvFile } from "./env-file.ts";
import { openHome, shown } from "./home.ts";
import { takeHome } from "./home-lock.ts";
import { type Kept, keepRunning, programPatient } from "./keep-running.ts";
import { whenAborted } from "./lifecycle.ts";
import { freePort } from "./ports.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { type Program, startProgram } from "./program.ts";
import { runUntilAsked } from "./run-until-asked.ts";
import { step } from "./step.ts";
import { showWhereToLook } from "./where-to-look.ts";

type CloudInUse = Pick<Cloud, "env" | "failed" | "stop">;

// biome-ignore lint/style/noProcessEnv: an entry reads its settings
const given: Readonly<Record<string, string | undefined>> = process.env;
const home = openHome(given.HEADROOM_HOME || ".headroom");
const envFile = join(home, "env");
await runUntilAsked(run);

/** Returns never: it throws when asked to stop, or when something failed, and has stopped what it started by then. */
async function run(signal: AbortSignal): Promise<void> {
  checkSettings(given);
  const { isOurs } = takeHome(home, "npm run dev:edge");
  const cloud = isOurs ? await ownCloud(signal) : await runningCloud(signal);
  let worker: { program: Program; start(): Program } | undefined;
  let kept: Kept | undefined;
  let scheduled: { schedules: ReturnType<typeof scheduleJobs>; config: Config } | undefined;
  try {
    const port = await freePort(Number(given.PORT) || 8787);
    const url = given.PUBLIC_URL || `http://127.0.0.1:${port}`;
    const env = { ...cloud.env, PORT: String(port), PUBLIC_URL: url };
    const over = Promise.race([cloud.failed, whenAborted(signal)]);
    if (isOurs) {
      await Promise.race([over, prepareDatabase(env, home, signal)]);
      writeEnvFile(envFile, env);
    }
    const start = () => startProgram("edge", ["--no-orphans", "local/edge/main.ts"], env, home);
    worker = { start, program: start() };
    await Promise.race([over, step("Worker", worker.program.untilReady(60_000))]);
    kept = keepRunning(
      programPatient(worker, ({ untilReady }) => untilReady(60_000)),
      console.log,
    );
    // workerd alone has no cron triggers, so the queue calls the jobs.
    const config = readConfig({ ...given, ...env });
    scheduled = { schedules: scheduleJobs({ config, queue: openQueue(config) }, jobs), config };
    showWhereToLook(env, home);
    await Promise.race([over, kept.failed]);
  } finally {
    scheduled?.schedules.stop();
    await kept?.stop();
    await worker?.program.stop(10_000);
    // The queue outlives the Worker, and would call it every minute. What has the server's own URL is the server's.
    if (scheduled && scheduled.config.PUBLIC_URL !== cloud.env.PUBLIC_URL) await removeSchedules(scheduled.config);
    await cloud.stop();
  }
}

function ownCloud(signal: AbortSignal): Promise<CloudInUse> {
  console.log(`Starting the embedded cloud in ${shown(home)}`);
  const log = (line: string) => console.log(`  ${line}`);
  return startCloud({ home, ports: defaultPorts, log, mended: console.log, given, signal });
}

/** The cloud that another program runs in this home, and perhaps just starts. It is not ours to stop. */
async function runningCloud(signal: AbortSignal): Promise<CloudInUse> {
  console.log(`Looking for the embedded cloud that runs in ${shown(home)}`);
  for (const start = Date.now(); Date.now() - start < 60_000; await Bun.sleep(200)) {
    signal.throwIfAborted();
    const env = readEnvFile(envFile);
    const answering = await Promise.all([env.QSTASH_URL, env.UPSTASH_REDIS_REST_URL].map(answers));
    if (answering.every(Boolean)) return { env, failed: new Promise(() => undefined), stop: async () => undefined };
  }
  throw new Error(`Something runs in ${shown(home)}, but the cloud of ${shown(envFile)} does not answer.`);
}

async function answers(url: string | undefined): Promise<boolean> {
  if (url === undefined) return false;
  try {
    await fetch(url, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}
