// `npm start`: the embedded cloud, then the server by its production entry, until Ctrl-C.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkSettings } from "./check-settings.ts";
import { defaultPorts, startCloud } from "./cloud.ts";
import { writeEnvFile } from "./env-file.ts";
import { openHome, shown } from "./home.ts";
import { takeHome } from "./home-lock.ts";
import { type Kept, keepRunning, programPatient } from "./keep-running.ts";
import { whenAborted } from "./lifecycle.ts";
import { freePort } from "./ports.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { type Program, startProgram } from "./program.ts";
import { resetHome } from "./reset.ts";
import { runUntilAsked } from "./run-until-asked.ts";
import { step } from "./step.ts";
import { untilServing } from "./until-serving.ts";
import { showWhereToLook } from "./where-to-look.ts";

const usage = `npm start [-- options]
  --reset      forget all data first
  --no-server  only the cloud, migrated and seeded, for a server that runs elsewhere`;

// biome-ignore lint/style/noProcessEnv: an entry reads its settings
const given: Readonly<Record<string, string | undefined>> = process.env;
const options = readOptions();
const home = openHome(given.HEADROOM_HOME || ".headroom");
await runUntilAsked(run);

/** Returns never: it throws when asked to stop, or when something failed, and has stopped everything by then. */
async function run(signal: AbortSignal): Promise<void> {
  checkSettings(given);
  const taken = takeHome(home, "npm start");
  if (!taken.isOurs)
    throw new Error(
      `Headroom already runs in ${home} (${taken.holder}). Stop it first, or set HEADROOM_HOME to another folder.`,
    );
  if (options.reset) resetHome(home);
  console.log(`Starting the embedded cloud in ${shown(home)}`);
  const log = (line: string) => console.log(`  ${line}`);
  const cloud = await startCloud({ home, ports: defaultPorts, log, mended: console.log, given, signal });
  let server: { program: Program; start(): Program } | undefined;
  let kept: Kept | undefined;
  try {
    const port = await freePort(Number(given.PORT) || 3000);
    const url = given.PUBLIC_URL || `http://127.0.0.1:${port}`;
    const env = { PORT: String(port), PUBLIC_URL: url, ...cloud.env };
    const over = Promise.race([cloud.failed, whenAborted(signal)]);
    await Promise.race([over, prepareDatabase(env, home, signal)]);
    writeEnvFile(join(home, "env"), env);
    if (options["no-server"]) {
      console.log("Embedded cloud is ready");
      await over;
    }
    const start = () => startProgram("server", ["--no-orphans", "src/bun.ts"], env, home);
    server = { start, program: start() };
    await Promise.race([over, server.program.failed, step("Server", untilServing(port))]);
    kept = keepRunning(
      programPatient(server, () => untilServing(port)),
      console.log,
    );
    showWhereToLook(env, home);
    await Promise.race([over, kept.failed]);
  } finally {
    await kept?.stop();
    await server?.program.stop(12_000, "SIGINT"); // it drains for up to 10 s, but waits for no balancer
    await cloud.stop();
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({ options: { reset: { type: "boolean" }, "no-server": { type: "boolean" } } });
    return values;
  } catch {
    console.error(usage);
    return process.exit(1);
  }
}
