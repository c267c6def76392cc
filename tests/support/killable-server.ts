import { openSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../local/ports.ts";
import { eventually } from "./client.ts";

/** A real server as a process of its own, to be killed at any moment. */
export interface KillableServer {
  /** Its own address: whoever speaks to it notices its death. */
  readonly url: string;
  /** kill -9. Resolves when it is dead. */
  readonly kill: () => Promise<void>;
  /** After `kill`; does not wait until it serves. */
  readonly restart: () => void;
  readonly close: () => Promise<void>;
}

const root = join(import.meta.dirname, "../..");

/**
 * Starts `entry` with a balancer before it, which is its PUBLIC_URL: what the queue and the payment provider send waits
 * there while the server is down, as it would for the next instance, and is answered 502 where the server dies over it.
 * Output goes to `logFile`.
 */
export async function startKillableServer(
  entry: string,
  env: Readonly<Record<string, string>>,
  logFile: string,
): Promise<KillableServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const balancer = startBalancer(url);
  const log = openSync(logFile, "a");
  const spawn = () =>
    Bun.spawn([process.execPath, "--no-env-file", "--no-orphans", entry], {
      cwd: root,
      env: { ...env, PORT: String(port), PUBLIC_URL: balancer.url },
      stdin: "ignore",
      stdout: log,
      stderr: log,
    });
  let running = spawn();
  const kill = async () => {
    running.kill("SIGKILL");
    await running.exited;
  };
  await eventually(() => serves(url), 30_000);
  return {
    url,
    kill,
    restart: () => {
      running = spawn();
    },
    close: async () => {
      await kill();
      await balancer.stop();
    },
  };
}

function serves(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

const waitMs = 20_000;

function startBalancer(upstream: string) {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const body = await request.arrayBuffer();
      for (const start = Date.now(); Date.now() - start < waitMs; await Bun.sleep(20)) {
        try {
          return await fetch(upstream + pathname + search, { method, headers, body });
        } catch (error) {
          if (!(error instanceof Error && "code" in error && error.code === "ConnectionRefused")) break;
        }
      }
      return new Response("The server died over it.", { status: 502 });
    },
  });
  return { url: server.url.origin, stop: () => server.stop(true) };
}
