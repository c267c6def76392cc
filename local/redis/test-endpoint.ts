import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineChoice, startRedisEndpoint } from "./start-redis-endpoint.ts";

export const token = "test-token";

export const hasRedisServer = Bun.which("redis-server") !== null;

/** The engines that this machine can run. */
export const engines: EngineChoice[] = hasRedisServer ? ["embedded", "server"] : ["embedded"];

/** A home of its own, gone after the test. */
export function temporaryHome(): { home: string; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), "headroom-redis-test-"));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** An endpoint on a free port with a home of its own; `stop` removes it all. */
export async function startTestEndpoint(engine: EngineChoice) {
  const { home, remove } = temporaryHome();
  const endpoint = await startRedisEndpoint({ port: 0, token, engine, home });
  const stop = async () => {
    await endpoint.stop();
    remove();
  };
  return { ...endpoint, stop };
}
