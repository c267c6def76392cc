import { type Servers, serversOf } from "./cluster.ts";
import { isRunning, startServer } from "./server.ts";

const everyMs = 500;

/** Resolves with the names of a home's servers that died, within half a second; never, once the signal is aborted. */
export async function untilServerDies(home: string, signal: AbortSignal): Promise<(keyof Servers)[]> {
  const servers = serversOf(home);
  for (; !signal.aborted; await Bun.sleep(everyMs)) {
    const dead = deadOf(servers);
    if (dead.length > 0) return dead;
  }
  return new Promise(() => undefined);
}

/** Starts what does not run of a home's servers, the primary first. PostgreSQL recovers what it had committed. */
export async function reviveServers(home: string): Promise<void> {
  const servers = serversOf(home);
  for (const name of deadOf(servers)) await startServer(servers[name]);
}

function deadOf(servers: Servers): (keyof Servers)[] {
  return (["primary", "standby"] as const).filter((name) => !isRunning(servers[name]));
}
