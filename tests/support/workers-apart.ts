import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud } from "../../local/cloud.ts";
import { bundleWorker } from "../../local/edge/bundle.ts";
import { workerdCommand } from "../../local/edge/workerd-command.ts";
import type { EdgeWorker } from "../../local/edge/workerd-config.ts";
import { freePort } from "../../local/ports.ts";
import { untilServing } from "../../local/until-serving.ts";
import { readDeployment } from "../../scripts/read-deployment.ts";
import type { StartedRuntime } from "../conformance/runtimes.ts";
import {
  addRecordedRows,
  type Deployment,
  deployments,
  environmentApart,
  fillShopApart,
  settingsOf,
} from "./services-apart.ts";

/** A gateway and each service as Workers in one workerd, bound as deploy/workers binds them, each on its own database. */
export interface WorkersApart extends StartedRuntime {
  readonly databases: { readonly inventory: string; readonly orders: string };
  /** Starts all once more but inventory, to which nothing is bound then; answers the gateway's URL. */
  readonly startWithoutInventory: () => Promise<string>;
}

/** They know each other by their bindings alone: none is told a URL. */
export async function startWorkersApart(): Promise<WorkersApart> {
  const home = mkdtempSync(join(tmpdir(), "headroom-workers-"));
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
    const env = { ...(await environmentApart(cloud.env, url)), LOG_LEVEL: "error" };
    await Promise.all([fillShopApart(env).then(() => addRecordedRows(env)), bundleWorker(home)]);
    const start = async (at: number, names: readonly Deployment[]) => {
      const workers = await Promise.all(names.map((name) => workerOf(name, env, names)));
      const command = workerdCommand(home, at, workers);
      running.push(Bun.spawn(command, { stdin: "ignore", stdout: "inherit", stderr: "inherit" }));
      await untilServing(at);
      return `http://127.0.0.1:${at}`;
    };
    await start(port, deployments);
    const { SANDBOX_WEBHOOK_SECRET: webhookSecret = "", QSTASH_CURRENT_SIGNING_KEY: queueSigningKey = "" } = env;
    const { INVENTORY_DATABASE_URL: inventory = "", ORDERS_DATABASE_URL: orders = "" } = env;
    const others = deployments.filter((name) => name !== "inventory");
    return {
      name: "Workers apart",
      url,
      publicUrl: url,
      instances: deployments.length,
      redisSharedWith: [],
      webhookSecret,
      queueSigningKey,
      stop,
      databases: { inventory, orders },
      startWithoutInventory: async () => start(await freePort(), others),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As its file in deploy/workers describes it, bound to those of `present` that it names. */
async function workerOf(
  name: Deployment,
  env: Readonly<Record<string, string>>,
  present: readonly Deployment[],
): Promise<EdgeWorker> {
  const file = join(import.meta.dir, `../../deploy/workers/${name}.toml`);
  const { services, vars } = readDeployment(await Bun.file(file).text());
  const bound = present.filter((other) => services.includes(other.toUpperCase()));
  return {
    name,
    env: { ...settingsOf(name, env), SERVICES: vars.SERVICES },
    services: Object.fromEntries(bound.map((other) => [other.toUpperCase(), other])),
  };
}
