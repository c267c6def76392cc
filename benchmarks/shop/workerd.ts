import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Shop } from "../../loadtests/lab/shop.ts";
import { bundleWorker } from "../../local/edge/bundle.ts";
import { workerdCommand } from "../../local/edge/workerd-command.ts";

/** The Worker as it would be deployed, to be started in workerd as often as needed. */
export interface BuiltWorker {
  /** Of the bundle, compressed, in KB (1,000 bytes). */
  readonly size: number;
  /** Starts workerd on a port and does not wait until it serves. `settings` replace parts of the shop's. */
  readonly start: (port: number, settings: Readonly<Record<string, string>>) => Workerd;
}

interface Workerd {
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export async function buildWorker(shop: Shop): Promise<BuiltWorker> {
  const folder = join(shop.home, "edge");
  mkdirSync(folder, { recursive: true });
  const { byteLength } = await bundleWorker(folder);
  const start = (port: number, settings: Readonly<Record<string, string>>) => {
    const env = { ...shop.env, ...settings };
    return startWorkerd(workerdCommand(folder, port, [{ name: "headroom", env }]), env);
  };
  return { size: byteLength / 1000, start };
}

function startWorkerd(command: string[], env: Readonly<Record<string, string>>): Workerd {
  const child = Bun.spawn(command, {
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
