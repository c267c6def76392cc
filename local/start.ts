// `npm start`: the embedded cloud, then the server by its production entry, until Ctrl-C.
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { defaultPorts, startCloud } from "./cloud.ts";
import { writeEnvFile } from "./env-file.ts";
import { whenAborted } from "./lifecycle.ts";
import { takeLock } from "./lock.ts";
import { freePort } from "./ports.ts";
import { type Program, runProgram, startProgram } from "./program.ts";
import { resetHome } from "./reset.ts";

const usage = `npm start [-- options]
  --reset      forget all data first
  --no-server  only the cloud, migrated and seeded, for a server that runs elsewhere`;

// biome-ignore lint/style/noProcessEnv: an entry reads its settings
const given: Readonly<Record<string, string | undefined>> = process.env;
const options = readOptions();
const home = prepareHome(given.HEADROOM_HOME || ".headroom");
const lock = takeLock(join(home, "lock"), 0);
if (!lock) fail(`Headroom already runs in ${home}. Stop it first, or set HEADROOM_HOME to another folder.`);
const signal = untilAsked();

try {
  if (options.reset) resetHome(home);
  await run();
} catch (error) {
  if (!signal.aborted) fail(error instanceof Error ? error.message : String(error));
}
console.log("Headroom has stopped.");
process.exit(0);

/** Returns never: it throws when asked to stop, or when something failed, and has stopped everything by then. */
async function run(): Promise<void> {
  console.log(`Starting the embedded cloud in ${shown(home)}`);
  const cloud = await startCloud({ home, ports: defaultPorts, log: (line) => console.log(`  ${line}`), given, signal });
  let server: Program | undefined;
  try {
    const port = await freePort(Number(given.PORT) || 3000);
    const url = given.PUBLIC_URL || `http://127.0.0.1:${port}`;
    const env = { PORT: String(port), PUBLIC_URL: url, ...cloud.env };
    writeEnvFile(join(home, "env"), env);
    const over = Promise.race([cloud.failed, whenAborted(signal)]);
    await Promise.race([over, prepareDatabase(env)]);
    if (options["no-server"]) {
      console.log("Embedded cloud is ready");
      await over;
    }
    server = startProgram("server", ["--no-orphans", "src/bun.ts"], env, home);
    await Promise.race([over, server.failed, step("Server", untilServing(port))]);
    showWhereToLook(env);
    console.log(`Headroom is ready on ${url}`);
    await Promise.race([over, server.failed]);
  } finally {
    await server?.stop(12_000); // it drains for up to 10 s
    await cloud.stop();
  }
}

async function prepareDatabase(env: Record<string, string>): Promise<void> {
  for (const [title, name, script] of [
    ["Migrations", "migrate", "db/migrate.ts"],
    ["Sample data", "seed", "db/seed.ts"],
  ] as const) {
    const isThere = existsSync(join(import.meta.dir, "..", script));
    if (isThere) await step(title, runProgram(name, ["--no-orphans", script], env, home, signal));
  }
}

async function step(title: string, work: Promise<void>): Promise<void> {
  const started = performance.now();
  await work;
  console.log(`  ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

async function untilServing(port: number): Promise<void> {
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
      (response) => response.ok,
      () => false,
    );
  for (const start = Date.now(); Date.now() - start < 60_000; await Bun.sleep(50)) if (await isReady()) return;
  throw new Error(`The server was not ready after 60 s, see ${shown(join(home, "logs/server.log"))}`);
}

function showWhereToLook(env: Record<string, string | undefined>): void {
  console.log(`
  Shop       ${env.PUBLIC_URL}
  API        ${env.PUBLIC_URL}/docs
  Mailbox    ${env.MAILBOX_URL}
  Admin      ${env.ADMIN_EMAIL} / ${env.ADMIN_PASSWORD}
  Settings   ${shown(join(home, "env"))}
  Logs       ${shown(join(home, "logs"))}
`);
}

/** Ctrl-C arrives twice under npm, so what follows within a second says nothing new; later it means: at once. */
function untilAsked(): AbortSignal {
  const asked = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (first === 0) {
      first = Date.now();
      console.log("Stopping ...");
      asked.abort(new Error("asked to stop"));
    } else if (Date.now() - first > 1_000) {
      process.exit(1); // the ends of our pipes stop the rest
    }
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  return asked.signal;
}

function readOptions() {
  try {
    const { values } = parseArgs({ options: { reset: { type: "boolean" }, "no-server": { type: "boolean" } } });
    return values;
  } catch {
    return fail(usage);
  }
}

function prepareHome(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return realpathSync(folder);
}

function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
