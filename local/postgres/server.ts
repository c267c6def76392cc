import { closeSync, existsSync, openSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { User } from "./place.ts";

/** One PostgreSQL server: its data folder, the folder of its programs, its log file, and as whom it runs. */
export type Server = { data: string; bin: string; log: string; user: User | undefined };

/**
 * Starts a server through pg_ctl and waits until it answers. pg_ctl gives it a session of its own, so a Ctrl-C in the
 * terminal never reaches the database while others still write. Throws with the log's last lines.
 */
export async function startServer(server: Server): Promise<void> {
  await stopServer(server); // what a killed start left running, if anything
  const logSize = existsSync(server.log) ? statSync(server.log).size : 0;
  for (let tries = 1; ; tries++) {
    if ((await control(server, "start", "--wait", "--timeout=60")) === 0) return;
    const said = readFileSync(server.log, "utf8").slice(logSize);
    // The children of a postmaster that was killed alone hold its shared memory for a moment.
    if (tries === 20 || !said.includes("shared memory block"))
      throw new Error(`PostgreSQL did not start:\n${tail(said)}`);
    await Bun.sleep(500);
  }
}

export function isRunning(server: Server): boolean {
  const pid = postmasterPid(server);
  return pid !== undefined && isPostmaster(pid, server.data);
}

/** Stops a server, if it runs: `fast` ends sessions and writes a checkpoint, `immediate` is a crash. */
export async function stopServer(server: Server, mode: "fast" | "immediate" = "fast"): Promise<void> {
  const pidFile = join(server.data, "postmaster.pid");
  const pid = postmasterPid(server);
  if (pid === undefined) return;
  // Pids are reused, in containers often: neither signal a stranger nor let PostgreSQL take it for its predecessor.
  if (!isPostmaster(pid, server.data)) return rmSync(pidFile, { force: true });
  const stopped = await control(server, "stop", `--mode=${mode}`, "--wait", "--timeout=20");
  if (stopped !== 0 && mode === "fast") await stopServer(server, "immediate");
}

/** Runs a program to its end as the server's user, its output in the server's log. Answers the exit code. */
export async function runAs(server: Server, program: string, ...args: string[]): Promise<number> {
  const log = openSync(server.log, "a");
  try {
    const options = { ...server.user, cwd: "/", stdin: "ignore", stdout: log, stderr: log } as const;
    return await Bun.spawn([program, ...args], options).exited;
  } finally {
    closeSync(log);
  }
}

function control(server: Server, ...args: string[]): Promise<number> {
  return runAs(server, join(server.bin, "pg_ctl"), "--silent", `--pgdata=${server.data}`, ...args);
}

function postmasterPid({ data }: Server): number | undefined {
  const pidFile = join(data, "postmaster.pid");
  return existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8").split("\n", 1)[0]) : undefined;
}

function isPostmaster(pid: number, data: string): boolean {
  try {
    if (existsSync("/proc/self")) return readlinkSync(`/proc/${pid}/cwd`) === data;
  } catch {
    return false;
  }
  return Bun.spawnSync(["ps", "-o", "command=", "-p", String(pid)])
    .stdout.toString()
    .includes(data);
}

function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-15).join("\n");
}
