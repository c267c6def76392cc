import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Shop } from "../../loadtests/lab/shop.ts";
import { bundleWorker } from "../../local/edge/bundle.ts";
import { workerdConfig } from "../../local/edge/workerd-config.ts";

const root = join(import.meta.dir, "../..");

/** The Worker as it would be deployed, to be started in workerd as often as needed. */
export interface BuiltWorker {
  /** Of the bundle, compressed, in KiB. */
  readonly size: number;
  /** Starts workerd on the shop's port and does not wait until it serves. `settings` replace parts of the shop's. */
  readonly start: (settings: Readonly<Record<string, string>>) => Workerd;
}

interface Workerd {
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export async function buildWorker(shop: Shop): Promise<BuiltWorker> {
  const folder = join(shop.home, "edge");
  mkdirSync(folder, { recursive: true });
  const { byteLength } = await bundleWorker(folder);
  const toml = await Bun.file(join(root, "wrangler.toml")).text();
  const { compatibility_date: compatibilityDate } = Bun.TOML.parse(toml) as { compatibility_date: string };
  const start = (settings: Readonly<Record<string, string>>) => {
    const env = { ...shop.env, ...settings };
    const config = join(folder, "workerd.capnp");
    const assets = join(root, "dist/assets");
    writeFileSync(
      config,
      workerdConfig({ port: shop.port, compatibilityDate, assets, workers: [{ name: "headroom", env }] }),
      { mode: 0o600 },
    );
    return startWorkerd(config, env);
  };
  return { size: byteLength / 1024, start };
}

function startWorkerd(config: string, env: Readonly<Record<string, string>>): Workerd {
  const child = Bun.spawn([join(root, "node_modules/.bin/workerd"), "serve", config], {
    env,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await Promise.race([child.exited, Bun.sleep(5_000)]);
    child.kill("SIGKILL");
    await child.exited;
  };
  return { pid: child.pid, stop };
}
