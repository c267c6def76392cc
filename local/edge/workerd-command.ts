import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EdgeWorker, workerdConfig } from "./workerd-config.ts";

const root = join(import.meta.dir, "../..");

/**
 * The command that serves, in workerd, what `bundleWorker` wrote into the folder: the first of the workers on the port.
 * Their configuration, secrets included, is written beside it.
 */
export function workerdCommand(folder: string, port: number, workers: readonly EdgeWorker[]): string[] {
  const { compatibility_date: compatibilityDate } = Bun.TOML.parse(
    readFileSync(join(root, "wrangler.toml"), "utf8"),
  ) as { compatibility_date: string };
  const config = join(folder, "workerd.capnp");
  const assets = join(root, "dist/assets");
  writeFileSync(config, workerdConfig({ port, compatibilityDate, assets, workers }), { mode: 0o600 });
  return [join(root, "node_modules/.bin/workerd"), "serve", config];
}
