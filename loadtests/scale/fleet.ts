import { startBalancer } from "../lab/balancer.ts";
import type { Cgroup } from "../lab/cgroup.ts";
import { startInstance } from "../lab/fleet.ts";
import { processTree } from "../lab/process-tree.ts";
import type { Lab } from "./lab.ts";

/** Instances behind the balancer, each in a control group of its own. */
export interface Fleet {
  /** Each instance past the balancer, as other instances speak to it. */
  readonly urls: readonly string[];
  readonly groups: readonly Cgroup[];
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

/** Starts it unbounded: a start of Bun takes as much CPU as an instance is to have in ten seconds. */
export async function startFleet(
  lab: Lab,
  { instances, entry, env, port, name = "instance", group: shared }: Wanted,
): Promise<Fleet> {
  const { shop, cgroups, parts } = lab;
  const names = Array.from({ length: instances }, (_, index) => `${name}-${index + 1}`);
  const started = await Promise.all(
    names.map((name) => startInstance(name, { ...shop.env, ...env }, shop.home, entry)),
  );
  const groups = started.map((instance) => {
    const group = shared ?? cgroups.make(instance.name);
    for (const pid of processTree(instance.pid())) group.add(pid);
    return group;
  });
  const balancer = await startBalancer(
    port ?? shop.port,
    started.map(({ port }) => port),
    shop.home,
    port === undefined ? {} : { HEADROOM_INTERNAL: "1" },
  );
  for (const pid of processTree(balancer.pid)) parts.balancer.add(pid);
  const bound = (cores: number | undefined) => {
    for (const group of groups) group.bound(cores);
  };
  const end = async () => {
    bound(undefined);
    await Promise.all(started.map((instance) => instance.drain()));
    await balancer.stop();
  };
  const forget = lab.onClose(end);
  const stop = async () => {
    await end();
    forget();
  };
  return { urls: started.map((instance) => `http://127.0.0.1:${instance.port}`), groups, bound, stop };
}
