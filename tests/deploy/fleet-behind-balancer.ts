import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { haproxyBinary, startBalancer } from "../../loadtests/lab/balancer.ts";
import { type FleetInstance, startInstance } from "../../loadtests/lab/fleet.ts";
import { freePort } from "../../local/ports.ts";
import { openShop } from "../support/shop.ts";

/** Real servers, of the test run's shop, behind the balancer of a deployment. */
export interface Fleet {
  readonly url: string;
  readonly instances: readonly FleetInstance[];
  readonly close: () => Promise<void>;
}

/** Servers that run `entry`. */
export async function startFleet(count: number, entry: string): Promise<Fleet> {
  const { env } = await openShop();
  const home = openLogs();
  const settings = { ...env, LOG_LEVEL: "warn", TRUSTED_PROXIES: "1" };
  const instances = await Promise.all(
    Array.from({ length: count }, (_, index) => startInstance(`instance-${index + 1}`, settings, home, entry)),
  );
  const ports = instances.map(({ port }) => port);
  const balancer = await startBalancer(await freePort(), ports, home);
  const close = async () => {
    await balancer.stop();
    await Promise.all(instances.map((instance) => instance.kill()));
    rmSync(home, { recursive: true, force: true });
  };
  return { url: balancer.url, instances, close };
}

/** A folder with `logs` in it. */
export function openLogs(): string {
  const home = mkdtempSync(join(tmpdir(), "headroom-deploy-"));
  mkdirSync(join(home, "logs"));
  return home;
}

/** Says so, and how to get it. */
export function balancerIsMissing(): boolean {
  try {
    haproxyBinary();
    return false;
  } catch (error) {
    console.warn(`Skipped, for want of a balancer. ${error instanceof Error ? error.message : error}`);
    return true;
  }
}
