import { freePort } from "../../local/ports.ts";
import { type Program, startProgram } from "../../local/program.ts";

/** One real server process, `bun src/bun.ts`, at an address that outlives it. */
export interface FleetInstance {
  readonly name: string;
  readonly port: number;
  readonly pid: () => number;
  /** kill -9. */
  readonly kill: () => Promise<void>;
  /** SIGTERM: it drains. Resolves when it has ended. */
  readonly drain: () => Promise<void>;
  /** At the same port. Resolves when it is ready. */
  readonly start: () => Promise<void>;
}

const readyWithinMs = 60_000;
const drainsWithinMs = 20_000;

/** Starts a server; `env` is its whole configuration but the port. Its output goes to `<home>/logs/<name>.log`. */
export async function startInstance(
  name: string,
  env: Readonly<Record<string, string>>,
  home: string,
  entry = "src/bun.ts",
): Promise<FleetInstance> {
  const port = await freePort();
  const spawn = (): Program => startProgram(name, ["--no-orphans", entry], { ...env, PORT: String(port) }, home);
  let program = spawn();
  await untilReady(program, port);
  return {
    name,
    port,
    pid: () => program.pid,
    kill: () => program.crash(),
    drain: () => program.stop(drainsWithinMs),
    start: async () => {
      program = spawn();
      await untilReady(program, port);
    },
  };
}

async function untilReady(program: Program, port: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/readyz`;
  for (const start = Date.now(); Date.now() - start < readyWithinMs; await Bun.sleep(50)) {
    if (!program.isRunning()) await program.failed;
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`${program.name} was not ready after ${readyWithinMs / 1000} s.`);
}
