import { cpus } from "node:os";
import type { Cgroup, CpuUse } from "../lab/cgroup.ts";
import { nearest } from "./nearest.ts";

const everyMs = 100;

/** What groups used between two moments, in cores, and how many seconds they were held back in each second. */
export interface Use {
  readonly cores: number;
  readonly throttled: number;
}

export interface Watch {
  /** The moments are milliseconds since 1970, within the watch. */
  readonly between: (from: number, to: number) => Use[];
  /** The share of this machine's CPU that nobody used, or only what yields to everybody else (`nice`). */
  readonly idleBetween: (from: number, to: number) => number;
  readonly stop: () => void;
}

interface Sample {
  readonly at: number;
  readonly uses: readonly CpuUse[];
  readonly idle: number;
  readonly total: number;
}

/** Reads the groups ten times a second, since what is counted begins and ends inside a run of k6. */
export function watch(groups: readonly Cgroup[]): Watch {
  const samples: Sample[] = [];
  const take = () => void samples.push({ at: Date.now(), uses: groups.map((group) => group.used()), ...cpuTimes() });
  take();
  const timer = setInterval(take, everyMs);
  return {
    between: (from, to) => {
      const [a, b] = [nearest(samples, from), nearest(samples, to)];
      const seconds = Math.max(b.at - a.at, 1) / 1000;
      return groups.map((_, index) => {
        const difference = (name: keyof CpuUse) => (b.uses[index]?.[name] ?? 0) - (a.uses[index]?.[name] ?? 0);
        return { cores: difference("cpuSeconds") / seconds, throttled: difference("throttledSeconds") / seconds };
      });
    },
    idleBetween: (from, to) => {
      const [a, b] = [nearest(samples, from), nearest(samples, to)];
      return (b.idle - a.idle) / Math.max(b.total - a.total, 1);
    },
    stop: () => {
      clearInterval(timer);
      take();
    },
  };
}

function cpuTimes(): { readonly idle: number; readonly total: number } {
  const times = cpus().flatMap((cpu) => Object.entries(cpu.times));
  const sum = (of: readonly (readonly [string, number])[]) => of.reduce((total, [, ms]) => total + ms, 0);
  return { idle: sum(times.filter(([name]) => name === "idle" || name === "nice")), total: sum(times) };
}
