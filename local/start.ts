// `npm start`: the embedded cloud, then the server by its production entry, until Ctrl-C.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultPorts, startCloud } from "./cloud.ts";
import { writeEnvFile } from "./env-file.ts";
import { openHome, shown } from "./home.ts";
import { whenAborted } from "./lifecycle.ts";
import { takeLock } from "./lock.ts";
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
  if (!takeLock(join(home, "lock"), 0))
    throw new Error(`Headroom already runs in ${home}. Stop it first, or set HEADROOM_HOME to another folder.`);
  if (options.reset) resetHome(home);
  console.log(`Starting the embedded cloud in ${shown(home)}`);
  const cloud = await startCloud({ home, ports: defaultPorts, log: (line) => console.log(`  ${line}`), given, signal });
  let server: Program | undefined;
  try {
    const port = await freePort(Number(given.PORT) || 3000);
    const url = given.PUBLIC_URL || `http://127.0.0.1:${port}`;
    const env = { PORT: String(port), PUBLIC_URL: url, ...cloud.env };
    writeEnvFile(join(home, "env"), env);
    const over = Promise.race([cloud.failed, whenAborted(signal)]);
    await Promise.race([over, prepareDatabase(env, home, signal)]);
    if (options["no-server"]) {
      console.log("Embedded cloud is ready");
      await over;
    }
    server = startProgram("server", ["--no-orphans", "src/bun.ts"], env, home);
    await Promise.race([over, server.failed, step("Server", untilServing(port))]);
    showWhereToLook(env, home);
    await Promise.race([over, server.failed]);
  } finally {
    await server?.stop(12_000); // it drains for up to 10 s
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
