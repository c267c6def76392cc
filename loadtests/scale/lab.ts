import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Cgroup, type Cgroups, openCgroups } from "../lab/cgroup.ts";
import { processTree } from "../lab/process-tree.ts";
import { openShop, type Shop } from "../lab/shop.ts";
import type { Result } from "../results.ts";
import { fillLists } from "./past.ts";
import type { Quotas } from "./quotas.ts";

export type Say = (line: string) => void;
/** The parts beside the instances, each in a control group of its own. */
export type Part = Exclude<keyof Quotas, "instance">;

/** What the experiments of one run stand on. */
export interface Lab {
  readonly shop: Shop;
  readonly cgroups: Cgroups;
  readonly parts: Readonly<Record<Part, Cgroup>>;
  /** The program. */
  readonly k6: string;
  readonly seed: number;
  readonly say: Say;
  /** Gives up; what was started is stopped all the same. */
  readonly signal: AbortSignal;
  /** What the checker found, during and after every fleet: kept here, where no experiment can drop it. */
  readonly checks: Result[];
  readonly close: () => Promise<void>;
}

type LabOptions = Pick<Lab, "k6" | "seed" | "say" | "signal">;

const units = 100_000_000;
const leavesWithinMs = 5_000;

/** @throws Error where CPU cannot be bounded here, or the cloud does not start; then nothing runs */
export async function openLab(options: LabOptions): Promise<Lab> {
  const { say, signal } = options;
  const cgroups = openCgroups();
  const before = new Set(processTree(process.pid));
  const shop = await openShop(say).catch((error: unknown) => {
    cgroups.remove();
    throw error;
  });
  const close = () => shop.close().finally(() => removeWhenLeft(cgroups));
  try {
    signal.throwIfAborted();
    const parts = partsOf(cgroups);
    const started = processTree(process.pid).filter((pid) => !before.has(pid));
    for (const pid of started) parts.cloud.add(pid);
    for (const pid of processTree(postmaster(shop, "primary"))) parts.database.add(pid);
    for (const pid of processTree(postmaster(shop, "standby"))) parts.standby.add(pid);
    await fillShelves(shop);
    await fillLists(shop);
    const closeAll = () => {
      boundParts({ parts }, undefined);
      return close();
    };
    return { ...options, shop, cgroups, parts, checks: [], close: closeAll };
  } catch (error) {
    await close();
    throw error;
  }
}

export function boundParts({ parts }: Pick<Lab, "parts">, quotas: Quotas | undefined): void {
  for (const [name, group] of Object.entries(parts)) group.bound(quotas?.[name as Part]);
}

function partsOf(cgroups: Cgroups): Record<Part, Cgroup> {
  return {
    generator: cgroups.make("generator"),
    balancer: cgroups.make("balancer"),
    database: cgroups.make("database"),
    standby: cgroups.make("standby"),
    cloud: cgroups.make("cloud"),
    gateway: cgroups.make("gateway"),
  };
}

function postmaster({ home }: Shop, server: string): number {
  return Number(readFileSync(join(home, "postgres", server, "postmaster.pid"), "utf8").split("\n", 1)[0]);
}

/** No probe may run out of stock: a refused order costs less than a taken one. */
async function fillShelves({ sql }: Shop): Promise<void> {
  await sql`
    with moved as (
      insert into inventory.movements(sku, delta, reason) select sku, ${units}::int, 'count' from inventory.stock)
    update inventory.stock set on_hand = on_hand + ${units}::int`;
}

/** A process leaves its group a moment after it was seen to end. */
async function removeWhenLeft(cgroups: Cgroups): Promise<void> {
  for (const start = Date.now(); ; await Bun.sleep(100)) {
    try {
      return cgroups.remove();
    } catch (error) {
      if (Date.now() - start > leavesWithinMs) throw error;
    }
  }
}
