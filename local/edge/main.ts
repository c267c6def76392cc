// The Worker in workerd, by the very bytes that would be deployed. Prints its URL once it is ready.
// biome-ignore lint/style/noProcessEnv: an entry reads its settings
const env = process.env;

import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { untilStopped } from "../lifecycle.ts";
import { untilServing } from "../until-serving.ts";
import { bundleWorker } from "./bundle.ts";
import { workerdConfig } from "./workerd-config.ts";

const root = join(import.meta.dir, "../..");
const stopped = untilStopped().then(() => "stopped" as const);
const port = Number(env.PORT);
const folder = join(realpathSync(env.HEADROOM_HOME || ".headroom"), "edge");
mkdirSync(folder, { recursive: true, mode: 0o700 });

if ((await Promise.race([bundleWorker(folder), stopped])) === "stopped") process.exit(0);
const { compatibility_date: compatibilityDate } = Bun.TOML.parse(
  await Bun.file(join(root, "wrangler.toml")).text(),
) as {
  compatibility_date: string;
};
const config = join(folder, "workerd.capnp");
const assets = join(root, "dist/assets");
writeFileSync(config, workerdConfig({ port, compatibilityDate, assets, workers: [{ name: "headroom", env }] }), {
  mode: 0o600,
}); // holds secrets
const workerd = Bun.spawn([join(root, "node_modules/.bin/workerd"), "serve", config], {
  stdin: "ignore",
  stdout: "inherit",
  stderr: "inherit",
});
await Promise.race([untilServing(port), workerd.exited, stopped]);
if (workerd.exitCode === null) console.log(`READY http://127.0.0.1:${port}`);
await Promise.race([workerd.exited, stopped]);
if (workerd.exitCode !== null || workerd.signalCode !== null) process.exit(1);
workerd.kill("SIGTERM");
await Promise.race([workerd.exited, Bun.sleep(5_000)]); // it lets what is in flight end
process.exit(0);
