// The Worker in workerd, by the very bytes that would be deployed. Prints its URL once it is ready.
// biome-ignore lint/style/noProcessEnv: an entry reads its settings
const env = process.env;

import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { untilStopped } from "../lifecycle.ts";
import { untilServing } from "../until-serving.ts";
import { bundleWorker } from "./bundle.ts";
import { workerdCommand } from "./workerd-command.ts";

const stopped = untilStopped().then(() => "stopped" as const);
const port = Number(env.PORT);
const folder = join(realpathSync(env.HEADROOM_HOME || ".headroom"), "edge");
mkdirSync(folder, { recursive: true, mode: 0o700 });

if ((await Promise.race([bundleWorker(folder), stopped])) === "stopped") process.exit(0);
const workerd = Bun.spawn(workerdCommand(folder, port, [{ name: "headroom", env }]), {
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
