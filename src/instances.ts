import { availableParallelism } from "node:os";
import type { Config } from "./platform/config.ts";
import { type Log, openLog } from "./platform/log.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** An instance drains for up to 12 s. */
const drainedMs = 15_000;
const deathsMax = 5;
const longLifeMs = 10_000;
const pauseMaxMs = 5_000;

/**
 * One process a core on one port (`INSTANCES`): starts `entry` that many times, each with the name INSTANCE and an own
 * share of the connections (SO_REUSEPORT), starts again what dies, passes SIGTERM and SIGINT on, and ends when all have.
 * Five deaths of one in a row, none after 10 s of life, end all. When this process dies, so do they (`--no-orphans`).
 */
export function superviseInstances(config: Config, entry: string, env: Variables): void {
  const log = openLog(config);
  const count = countOrExit(config.INSTANCES);
  const stopping = Promise.withResolvers<void>();
  const running = new Map<number, Bun.Subprocess>();
  let isStopping = false;
  let exitCode = 0;
  const stop = (signal: "SIGTERM" | "SIGINT") => {
    isStopping = true;
    stopping.resolve();
    for (const child of running.values()) child.kill(signal);
    setTimeout(() => {
      for (const child of running.values()) child.kill("SIGKILL");
    }, drainedMs);
  };
  /** In a session of its own, so that a terminal's Ctrl-C reaches it through us alone. */
  const spawn = (name: number) =>
    Bun.spawn([process.execPath, "--no-env-file", "--no-orphans", entry], {
      env: { ...env, INSTANCE: String(name) },
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    });
  const keep = async (name: number): Promise<void> => {
    for (let deaths = 0; !isStopping; ) {
      const startedAt = Date.now();
      const child = spawn(name);
      running.set(name, child);
      await child.exited;
      running.delete(name);
      if (isStopping) return;
      deaths = Date.now() - startedAt > longLifeMs ? 1 : deaths + 1;
      tell(log, child, name, deaths);
      if (deaths === deathsMax) {
        exitCode = 1;
        return stop("SIGTERM");
      }
      await Promise.race([stopping.promise, Bun.sleep(Math.min(pauseMaxMs, 50 * 2 ** deaths))]);
    }
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop(signal));
  log.info("starting instances", { instances: count });
  const ended = Promise.all(Array.from({ length: count }, (_, index) => keep(index + 1)));
  void ended.then(() => process.exit(exitCode));
}

/** `auto` is one for each core that this process may use. */
function countOrExit(instances: Config["INSTANCES"]): number {
  const count = instances === "auto" ? availableParallelism() : instances;
  if (count === 1 || process.platform === "linux") return count;
  console.error(
    "INSTANCES: more than 1 needs Linux, whose processes can share a port; start several with a PORT each.",
  );
  return process.exit(1);
}

function tell(log: Log, child: Bun.Subprocess, instance: number, deaths: number): void {
  const how = child.signalCode ?? `exit code ${child.exitCode}`;
  const then = deaths === deathsMax ? "it dies too often, all are stopped" : "it is started again";
  log.error(`an instance ended, ${then}`, { instance, how, deaths });
}
