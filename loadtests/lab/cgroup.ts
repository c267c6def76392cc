import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the processes of a group have used, and for how long they waited for their next share, since it was made. */
export interface CpuUse {
  readonly cpuSeconds: number;
  readonly throttledSeconds: number;
}

/** A bound on what some processes use together: Linux control groups, version 1 or 2. */
export interface Cgroup {
  readonly name: string;
  /** In cores, like 0.05; undefined lifts the bound. */
  readonly bound: (cores: number | undefined) => void;
  /** A process with its threads; what it starts from then on is in too. */
  readonly add: (pid: number) => void;
  readonly used: () => CpuUse;
}

export interface Cgroups {
  readonly version: 1 | 2;
  /** The same group again for the same name. */
  readonly make: (name: string) => Cgroup;
  /** Once their processes have ended. Throws while one has not. */
  readonly remove: () => void;
}

/** The kernel refuses a quota below 1 ms. A short period keeps a throttled process from being silent for long. */
const quotaMinUs = 1_000;
const periodMinUs = 10_000;

/** @throws Error where this machine does not let us bound CPU: no Linux, no root */
export function openCgroups(): Cgroups {
  const made: string[] = [];
  const folder = `headroom-${process.pid}`;
  const make = (path: string): string => {
    try {
      if (mkdirSync(path, { recursive: true }) !== undefined) made.push(path);
    } catch (cause) {
      throw new Error(`Control groups need root on Linux: ${path} could not be made.`, { cause });
    }
    return path;
  };
  const remove = () => {
    for (let path = made.at(-1); path !== undefined; path = made.at(-1)) {
      rmdirSync(path);
      made.pop();
    }
  };
  const mounts = readMounts();
  if (mounts.cpu !== undefined && mounts.cpuacct !== undefined) {
    const [cpu, cpuacct] = [mounts.cpu, mounts.cpuacct].map((mount) => make(join(mount, folder)));
    if (cpu === undefined || cpuacct === undefined) throw new Error("two mounts have two folders");
    return {
      version: 1,
      make: (name) => firstVersion(name, make(join(cpu, name)), make(join(cpuacct, name))),
      remove,
    };
  }
  if (mounts.unified === undefined) throw new Error("Control groups are not mounted here: this takes Linux.");
  writeFileSync(join(mounts.unified, "cgroup.subtree_control"), "+cpu");
  const parent = make(join(mounts.unified, folder));
  writeFileSync(join(parent, "cgroup.subtree_control"), "+cpu");
  return { version: 2, make: (name) => secondVersion(name, make(join(parent, name))), remove };
}

function firstVersion(name: string, cpu: string, cpuacct: string): Cgroup {
  return {
    name,
    bound: (cores) => {
      const { quota, period } = shareOf(cores);
      writeFileSync(join(cpu, "cpu.cfs_quota_us"), "-1");
      writeFileSync(join(cpu, "cpu.cfs_period_us"), String(period));
      writeFileSync(join(cpu, "cpu.cfs_quota_us"), String(quota ?? -1));
    },
    add: (pid) => {
      for (const path of new Set([cpu, cpuacct])) writeFileSync(join(path, "cgroup.procs"), String(pid));
    },
    used: () => ({
      cpuSeconds: Number(read(cpuacct, "cpuacct.usage")) / 1e9,
      throttledSeconds: field(read(cpu, "cpu.stat"), "throttled_time") / 1e9,
    }),
  };
}

function secondVersion(name: string, path: string): Cgroup {
  return {
    name,
    bound: (cores) => {
      const { quota, period } = shareOf(cores);
      writeFileSync(join(path, "cpu.max"), `${quota ?? "max"} ${period}`);
    },
    add: (pid) => writeFileSync(join(path, "cgroup.procs"), String(pid)),
    used: () => {
      const stat = read(path, "cpu.stat");
      return { cpuSeconds: field(stat, "usage_usec") / 1e6, throttledSeconds: field(stat, "throttled_usec") / 1e6 };
    },
  };
}

function shareOf(cores: number | undefined): { readonly quota: number | undefined; readonly period: number } {
  if (cores === undefined) return { quota: undefined, period: 100_000 };
  const period = Math.max(periodMinUs, Math.ceil(quotaMinUs / cores));
  return { quota: Math.round(period * cores), period };
}

/** Where the controllers of version 1 are mounted (cpu and cpuacct may share one folder), and version 2 where it rules. */
function readMounts(): { cpu?: string; cpuacct?: string; unified?: string } {
  if (!existsSync("/proc/mounts")) return {};
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "));
  const controller = (name: string) =>
    mounts.find(([, , type, options = ""]) => type === "cgroup" && options.split(",").includes(name))?.[1];
  const unified = mounts.find(([, , type]) => type === "cgroup2")?.[1];
  return { cpu: controller("cpu"), cpuacct: controller("cpuacct"), unified };
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

function field(stat: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(stat)?.[1] ?? 0);
}
