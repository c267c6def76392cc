import { startBalancer } from "../lab/balancer.ts";
import { type FleetInstance, startInstance } from "../lab/fleet.ts";
import { openShop, type Shop } from "../lab/shop.ts";

/** What faults are brought upon: a shop, three instances of the server and a balancer before them. */
export interface Lab {
  readonly shop: Shop;
  /** The whole configuration of the instances. */
  readonly env: Readonly<Record<string, string>>;
  readonly instances: readonly FleetInstance[];
  readonly close: () => Promise<void>;
}

const names = ["instance-1", "instance-2", "instance-3"];

/** A death between reserving and ordering leaves a hold, which the sweep of the next minute should find old enough. */
const graceSeconds = "15";

/** @throws Error where a part did not start; then nothing runs */
export async function openLab(say: (line: string) => void): Promise<Lab> {
  const shop = await openShop(say);
  const env = { ...shop.env, RESERVATION_GRACE_SECONDS: graceSeconds };
  const starting = names.map((name) => startInstance(name, env, shop.home));
  const stop = async (balancer?: { readonly stop: () => Promise<void> }) => {
    await balancer?.stop();
    for (const started of await Promise.allSettled(starting))
      if (started.status === "fulfilled") await started.value.kill();
    await shop.close();
  };
  try {
    await slowDisk(shop);
    const instances = await Promise.all(starting);
    const ports = instances.map(({ port }) => port);
    const balancer = await startBalancer(shop.port, ports, shop.home);
    return { shop, env, instances, close: () => stop(balancer) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A commit takes as long as on a slow disk, so that writes are in flight at any moment a fault may choose. */
async function slowDisk({ admin }: Shop): Promise<void> {
  await admin`alter system set commit_delay = 50000`;
  await admin`alter system set commit_siblings = 0`;
  await admin`select pg_reload_conf()`;
}
