import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

export interface Balancer {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const configuration = join(import.meta.dir, "../../deploy/haproxy.cfg");
const instancesMax = 8;
const answersWithinMs = 10_000;

/** Debian keeps it where only root's PATH leads. @throws Error that says how to get it, where it is missing */
export function haproxyBinary(): string {
  const found = Bun.which("haproxy") ?? Bun.which("haproxy", { PATH: "/usr/sbin:/usr/local/sbin" });
  if (found === null) throw new Error("HAProxy is missing: `apt-get install haproxy`, or your system's like.");
  return found;
}

/**
 * HAProxy with the file of a deployment, on loopback, before the instances at `ports` (1 to 8). Logs go to `home`;
 * `settings` are variables that the file knows. One that is `reloadable` has a master process, as systemd starts it: SIGUSR2
 * to its pid is a reload.
 */
export async function startBalancer(
  port: number,
  ports: readonly number[],
  home: string,
  settings: Readonly<Record<string, string>> = {},
  reloadable = false,
): Promise<Balancer> {
  if (ports.length > instancesMax) throw new Error(`deploy/haproxy.cfg knows ${instancesMax} instances.`);
  const instances = ports.map((each, index) => [`INSTANCE_${index + 1}`, `127.0.0.1:${each}`]);
  const env = { ...settings, HEADROOM_BIND: `127.0.0.1:${port}`, ...Object.fromEntries(instances) };
  const log = openSync(join(home, "logs", "haproxy.log"), "a");
  const command = [haproxyBinary(), ...(reloadable ? ["-W"] : []), "-db", "-f", configuration];
  const child = Bun.spawn(command, { env, stdio: ["ignore", log, log] });
  closeSync(log);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill("SIGTERM");
    await child.exited;
  };
  for (const start = Date.now(); Date.now() - start < answersWithinMs; await Bun.sleep(50)) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (answer?.ok) return { url, pid: child.pid, stop };
  }
  await stop();
  throw new Error(`HAProxy did not answer on ${url}; see ${join(home, "logs", "haproxy.log")}.`);
}
