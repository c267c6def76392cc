import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Cgroup, type Cgroups, openCgroups } from "../lab/cgroup.ts";
import { processTree } from "../lab/process-tree.ts";
import { openShop, type Shop } from "../lab/shop.ts";
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
  /** Runs when the lab closes, also by Ctrl-C, unless the answer is called before. */
  readonly onClose: (work: () => Promise<void>) => () => void;
  readonly close: () => Promise<void>;
}

const units = 100_000_000;
const leavesWithinMs = 5_000;

/** @throws Error where CPU cannot be bounded here, or the cloud does not start */
export async function openLab(k6: string, seed: number, say: Say): Promise<Lab> {
  const cgroups = openCgroups();
  const before = new Set(processTree(process.pid));
  const shop = await openShop(say).catch((error: unknown) => {
    cgroups.remove();
    throw error;
  });
  const parts = {
    generator: cgroups.make("generator"),
    balancer: cgroups.make("balancer"),
    database: cgroups.make("database"),
    standby: cgroups.make("standby"),
    cloud: cgroups.make("cloud"),
    gateway: cgroups.make("gateway"),
  };
  const started = processTree(process.pid).filter((pid) => !before.has(pid));
  for (const pid of started) parts.cloud.add(pid);
  for (const pid of processTree(postmaster(shop, "primary"))) parts.database.add(pid);
  for (const pid of processTree(postmaster(shop, "standby"))) parts.standby.add(pid);
  await fillShelves(shop);
  await fillLists(shop);
  const works = new Set<() => Promise<void>>();
  let closed: Promise<void> | undefined;
  const close = async () => {
    for (const part of Object.values(parts)) part.bound(undefined);
    await Promise.all([...works].map((work) => work()));
    await shop.close();
    await removeWhenLeft(cgroups);
  };
  return {
    shop,
    cgroups,
    parts,
    k6,
    seed,
    say,
    onClose: (work) => {
      works.add(work);
      return () => works.delete(work);
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

export function boundParts({ parts }: Lab, quotas: Quotas | undefined): void {
  for (const [name, group] of Object.entries(parts)) group.bound(quotas?.[name as Part]);
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
