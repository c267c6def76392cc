import { untilStopped } from "./lifecycle.ts";

type Fetch = (request: Request) => Response | Promise<Response>;

/** Serves a local program on loopback, says so on stdout, and returns once it was told to stop and has. 0 = a free port. */
export async function serveUntilStopped(port: number, fetch: Fetch): Promise<void> {
  const stopped = untilStopped();
  const server = Bun.serve({ port, hostname: "127.0.0.1", idleTimeout: 60, maxRequestBodySize: 1024 * 1024, fetch });
  console.log(`READY http://127.0.0.1:${server.port}`);
  await stopped;
  await server.stop(true);
}
