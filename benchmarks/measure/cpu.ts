import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Shop } from "../../loadtests/lab/shop.ts";

/** CPU seconds, user and system, that each part of a shop has used; empty where the kernel has no /proc. */
export type CpuSeconds = ReadonlyMap<string, number>;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its own, and (of a postmaster: all) its ended children's that it waited for. */
  readonly seconds: number;
}

/** The unit of /proc/<pid>/stat, on all platforms that Linux has today. */
const ticksPerSecond = 100;
const parts = ["redis", "qstash"];

/** What the two databases, the endpoints and the server, where its pid is given, have used so far. */
export function cpuSeconds({ home }: Shop, serverPid?: number): CpuSeconds {
  const processes = readProcesses();
  const postmaster = (name: string) =>
    processes.find(
      ({ pid }) => pid === Number(readText(join(home, "postgres", name, "postmaster.pid")).split("\n")[0]),
    );
  const part = (name: string) =>
    processes.find(
      ({ pid, parent }) => parent === process.pid && readText(`/proc/${pid}/cmdline`).includes(`local/${name}/main.ts`),
    );
  const roots = new Map([
    ["server", processes.find(({ pid }) => pid === serverPid)],
    ["database", postmaster("primary")],
    ["standby", postmaster("standby")],
    ...parts.map((name) => [name, part(name)] as const),
  ]);
  return new Map([...roots].flatMap(([name, root]) => (root ? [[name, secondsOf(root, processes)]] : [])));
}

/** What each part used between two readings. */
export function usedBetween(before: CpuSeconds, after: CpuSeconds): Map<string, number> {
  return new Map([...after].map(([name, seconds]) => [name, seconds - (before.get(name) ?? 0)]));
}

function secondsOf(root: Process, processes: readonly Process[]): number {
  const children = processes.filter(({ parent }) => parent === root.pid);
  return children.reduce((sum, child) => sum + secondsOf(child, processes), root.seconds);
}

function readProcesses(): Process[] {
  const names = readFolder("/proc").filter((name) => /^\d+$/.test(name));
  return names.flatMap((name) => {
    // The name of the program, in parentheses, may hold spaces: what counts stands behind it.
    const fields = readText(`/proc/${name}/stat`)
      .replace(/^.*\) /s, "")
      .split(" ");
    if (fields.length < 15) return [];
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return [{ pid: Number(name), parent: Number(fields[1]), seconds: ticks / ticksPerSecond }];
  });
}

function readFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Empty where the process has ended meanwhile. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
