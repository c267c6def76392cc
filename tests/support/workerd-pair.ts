import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud } from "../../local/cloud.ts";
import { bundleWorker } from "../../local/edge/bundle.ts";
import { workerdCommand } from "../../local/edge/workerd-command.ts";
import type { EdgeWorker } from "../../local/edge/workerd-config.ts";
import { freePort } from "../../local/ports.ts";
import { untilServing } from "../../local/until-serving.ts";
import { services } from "../../src/contracts/services.ts";
import { fillShop, type StartedRuntime } from "../conformance/runtimes.ts";
import { makeDatabase } from "./make-database.ts";
import { publicKeys } from "./services-apart.ts";

/** Two Workers in one workerd, each with a database of its own: inventory, and orders with all others. */
export interface WorkerdPair extends StartedRuntime {
  /** The databases: inventory's, and that of orders and all others. */
  readonly databases: { readonly inventory: string; readonly orders: string };
  /** Starts the Worker of orders once more, bound to no inventory; answers its URL. */
  readonly startUnbound: () => Promise<string>;
}

type Env = Readonly<Record<string, string>>;

/** They know each other by their bindings alone: neither is told a URL. */
export async function startWorkerdPair(): Promise<WorkerdPair> {
  const home = mkdtempSync(join(tmpdir(), "headroom-pair-"));
  const cloud = await startCloud({ home });
  const running: Bun.Subprocess[] = [];
  const stop = async () => {
    for (const workerd of running) workerd.kill("SIGTERM");
    await Promise.race([Promise.all(running.map(({ exited }) => exited)), Bun.sleep(5_000)]);
    for (const workerd of running) workerd.kill("SIGKILL");
    await cloud.stop();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env: Env = { ...cloud.env, PUBLIC_URL: url, LOG_LEVEL: "error", SCRYPT_LN: "4" };
    const { orders, inventory } = await apart(env);
    await bundleWorker(home);
    const start = async (at: number, ...workers: EdgeWorker[]) => {
      running.push(
        Bun.spawn(workerdCommand(home, at, workers), { stdin: "ignore", stdout: "inherit", stderr: "inherit" }),
      );
      await untilServing(at);
      return `http://127.0.0.1:${at}`;
    };
    await start(
      port,
      { name: "orders", env: orders, services: { INVENTORY: "inventory" } },
      { name: "inventory", env: inventory, services: { IDENTITY: "orders", ORDERS: "orders" } },
    );
    const { SANDBOX_WEBHOOK_SECRET: webhookSecret = "", QSTASH_CURRENT_SIGNING_KEY: queueSigningKey = "" } = env;
    return {
      name: "two Workers",
      url,
      publicUrl: url,
      instances: 2,
      redisSharedWith: [],
      webhookSecret,
      queueSigningKey,
      stop,
      databases: { inventory: inventory.INVENTORY_DATABASE_URL ?? "", orders: orders.DATABASE_URL ?? "" },
      startUnbound: async () => start(await freePort(), { name: "orders", env: orders }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The settings of each, with the sample data in both databases. */
async function apart(cloud: Env) {
  const { DATABASE_URL = "", DATABASE_REPLICA_URLS = "", PRIMARY_ADMIN_URL: _, ...shared } = cloud;
  const made = await makeDatabase(cloud);
  const own = {
    INVENTORY_DATABASE_URL: made.DATABASE_URL,
    INVENTORY_DATABASE_REPLICA_URLS: made.DATABASE_REPLICA_URLS,
  };
  const main = { DATABASE_URL, DATABASE_REPLICA_URLS };
  await fillShop({ ...shared, ...main, ...own });
  const others = services.filter((service) => service !== "inventory").join(",");
  const orders: Env = { ...shared, ...main, SERVICES: others };
  const keys = { TOKEN_SIGNING_KEYS: publicKeys(shared.TOKEN_SIGNING_KEYS ?? "") };
  const inventory: Env = { ...shared, ...own, ...keys, SERVICES: "inventory" };
  return { orders, inventory };
}
