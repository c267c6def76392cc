import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** The first of the preferred loopback ports that is free, else any free one. 0 prefers nothing. */
export async function freePort(...preferred: number[]): Promise<number> {
  for (const port of preferred) if (port !== 0 && (await isFree(port))) return port;
  for (let tries = 0; tries < 100; tries++) {
    // Below the range from which the kernel serves outgoing connections, so that none takes it before we listen.
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error("No free port on 127.0.0.1.");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
