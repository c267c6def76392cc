import { closeSync, existsSync, openSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";

/** A child process of ours, its output in `<home>/logs/<name>.log`. */
export type Program = {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<number>;
  isRunning(): boolean;
  /** What follows READY in its output, as soon as it is there. */
  untilReady(timeoutMs: number): Promise<string>;
  /** Rejects, with its last words, when it ends without having been asked to. */
  readonly failed: Promise<never>;
  /** SIGTERM (or SIGINT), and after graceMs SIGKILL. */
  stop(graceMs: number, signal?: "SIGTERM" | "SIGINT"): Promise<void>;
  /** SIGKILL, which counts as unexpected. */
  crash(): Promise<void>;
};

/** A program that ended without having been asked to: `what` alone is the headline, the message has its last words too. */
export class UnexpectedEnd extends Error {
  constructor(
    readonly what: string,
    lastWords: string,
  ) {
    super(`${what}. ${lastWords}`);
    this.name = "UnexpectedEnd";
  }
}

const root = join(import.meta.dir, "..");

/**
 * Starts `bun <args>` in a session of its own, so that Ctrl-C reaches its parent alone. Its stdin is a pipe that nobody
 * writes to: its end tells the child that the parent is gone.
 */
export function startProgram(name: string, args: string[], env: Record<string, string>, home: string): Program {
  const logFile = join(home, "logs", `${name}.log`);
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.previous`);
  const log = openSync(logFile, "w", 0o600);
  const command = [process.execPath, "--no-env-file", ...args];
  // biome-ignore lint/style/noProcessEnv: a child inherits its parent's environment
  const inherited = process.env;
  const options = {
    cwd: root,
    env: { ...inherited, ...env },
    detached: true,
    stdin: "pipe",
    stdout: log,
    stderr: log,
  } as const;
  const child = Bun.spawn(command, options);
  closeSync(log);
  let stopping = false;

  const failed = child.exited.then((code) => {
    if (stopping) return new Promise<never>(() => undefined);
    throw new UnexpectedEnd(
      `${name} ended unexpectedly (${child.signalCode ?? `exit code ${code}`})`,
      lastLines(logFile),
    );
  });
  failed.catch(() => undefined); // whoever cares races with it

  return {
    name,
    pid: child.pid,
    exited: child.exited,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    failed,
    untilReady: (timeoutMs) => Promise.race([failed, readyLine(name, logFile, timeoutMs)]),
    async stop(graceMs, signal = "SIGTERM") {
      stopping = true;
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await child.exited;
      clearTimeout(timer);
    },
    async crash() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Runs a program to its end; throws with its last words unless that is a success. */
export async function runProgram(
  name: string,
  args: string[],
  env: Record<string, string>,
  home: string,
  signal: AbortSignal,
) {
  const program = startProgram(name, args, env, home);
  const abort = () => void program.stop(5_000);
  signal.addEventListener("abort", abort);
  const code = await program.exited;
  signal.removeEventListener("abort", abort);
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`${name} failed. ${lastLines(join(home, "logs", `${name}.log`))}`);
}

async function readyLine(name: string, logFile: string, timeoutMs: number): Promise<string> {
  for (const start = Date.now(); Date.now() - start < timeoutMs; await Bun.sleep(20)) {
    const line = /^READY (.*)\n/m.exec(readFileSync(logFile, "utf8"));
    if (line?.[1]) return line[1];
  }
  throw new Error(`${name} was not ready after ${timeoutMs / 1000} s. ${lastLines(logFile)}`);
}

export function lastLines(logFile: string): string {
  const said = readFileSync(logFile, "utf8").replace(/^READY .*\n/m, ""); // it may carry passwords
  const lines = said.trimEnd().split("\n").slice(-20);
  return `The end of ${logFile}:\n${lines.map((line) => `    ${line}`).join("\n")}`;
}
