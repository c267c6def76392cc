import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { checkAtRest } from "../checker/check-at-rest.ts";
import { type Journal, openJournal } from "../checker/journal.ts";
import { type Balancer, startBalancer } from "../lab/balancer.ts";
import type { Cgroup } from "../lab/cgroup.ts";
import { type FleetInstance, startInstance } from "../lab/fleet.ts";
import { processTree } from "../lab/process-tree.ts";
import { boundParts, type Lab } from "./lab.ts";
import { unlessStopped } from "./soundness.ts";

/** Instances behind the balancer, each in a control group of its own. */
export interface Fleet {
  /** Each instance past the balancer, as other instances speak to it. */
  readonly urls: readonly string[];
  readonly groups: readonly Cgroup[];
  /** What its clients note of the orders that they place. */
  readonly journal: Journal;
  /** Each instance, in cores; undefined lifts the bound. */
  readonly bound: (cores: number | undefined) => void;
  readonly stop: () => Promise<void>;
}

interface Wanted {
  readonly instances: number;
  /** Runs in the place of `src/bun.ts`. */
  readonly entry?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where other services reach it; by default it is the shop, and clients do. */
  readonly port?: number;
  readonly name?: string;
  /** For all of them together, where they are not what is measured. */
  readonly group?: Cgroup;
}

/** Does `work` with a fleet, then checks everything, also against its clients' journal, and stops the fleet. */
export async function withFleet<T>(lab: Lab, wanted: Wanted, work: (fleet: Fleet) => Promise<T>): Promise<T> {
  const fleet = await startFleet(lab, wanted);
  try {
    const answer = await work(fleet);
    fleet.bound(undefined);
    boundParts(lab, undefined);
    lab.checks.push(...(await unlessStopped(lab.signal, checkAtRest(lab.shop.env, fleet.journal))));
    return answer;
  } finally {
    await fleet.stop();
  }
}

/** Starts it unbounded: a start of Bun takes as much CPU as an instance is to have in ten seconds. */
export async function startFleet(lab: Lab, wanted: Wanted): Promise<Fleet> {
  const { shop, cgroups, parts, signal } = lab;
  const { instances, entry, env, port, name = "instance" } = wanted;
  const names = Array.from({ length: instances }, (_, index) => `${name}-${index + 1}`);
  const starts = await Promise.allSettled(
    names.map((name) => startInstance(name, { ...shop.env, ...env }, shop.home, entry)),
  );
  const started = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const groups: Cgroup[] = [];
  const bound = (cores: number | undefined) => {
    for (const group of groups) group.bound(cores);
  };
  let balancer: Balancer | undefined;
  const stop = async () => {
    bound(undefined);
    await Promise.all(started.map((instance) => instance.drain()));
    await balancer?.stop();
  };
  try {
    signal.throwIfAborted();
    for (const start of starts) if (start.status === "rejected") throw start.reason;
    for (const instance of started) groups.push(joined(wanted.group ?? cgroups.make(instance.name), instance));
    const internal: Record<string, string> = port === undefined ? {} : { HEADROOM_INTERNAL: "1" };
    const ports = started.map((instance) => instance.port);
    balancer = await startBalancer(port ?? shop.port, ports, shop.home, internal);
    for (const pid of processTree(balancer.pid)) parts.balancer.add(pid);
    const journal = await openJournal(shop.env, mkdtempSync(join(shop.home, "journal-")));
    return { urls: ports.map((each) => `http://127.0.0.1:${each}`), groups, journal, bound, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function joined(group: Cgroup, instance: FleetInstance): Cgroup {
  for (const pid of processTree(instance.pid())) group.add(pid);
  return group;
}
