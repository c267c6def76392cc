import { startEmbeddedEngine } from "./embedded/embedded-engine.ts";
import type { RedisEngine } from "./redis-engine.ts";
import { refuse, requestBytesMax, restHandler } from "./serve-rest.ts";
import { startServerEngine } from "./server-engine.ts";

export type EngineChoice = "auto" | "embedded" | "server";
export type RedisEndpoint = { readonly url: string; readonly engineName: string; stop(): Promise<void> };

const stopMs = 1_000; // for requests under way; subscriptions never end by themselves

/**
 * Serves the Upstash Redis REST protocol on 127.0.0.1 (`port` 0: a free one) over a redis-server of its own whose
 * data lie in `<home>/redis`, or over the embedded engine, which keeps nothing. `auto` takes redis-server where it
 * is in PATH and starts. Throws when the port is taken or a demanded redis-server does not start.
 */
export async function startRedisEndpoint(options: {
  port: number;
  token: string;
  engine: EngineChoice;
  home: string;
}): Promise<RedisEndpoint> {
  const engine = await startEngine(options.engine, options.home);
  const server = await listen(options.port, restHandler(engine, options.token)).catch(async (error: unknown) => {
    await engine.stop();
    throw error;
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    engineName: engine.name,
    stop: async () => {
      await Promise.race([server.stop(), Bun.sleep(stopMs)]);
      await server.stop(true);
      await engine.stop();
    },
  };
}

async function startEngine(choice: EngineChoice, home: string): Promise<RedisEngine> {
  const binary = choice === "embedded" ? null : Bun.which("redis-server");
  if (binary === null) {
    if (choice === "server") throw new Error("redis-server is not in PATH");
    return startEmbeddedEngine();
  }
  try {
    return await startServerEngine(binary, home);
  } catch (error) {
    if (choice === "server") throw error;
    process.stderr.write(`${error instanceof Error ? error.message : error}; the embedded engine takes its place\n`);
    return startEmbeddedEngine();
  }
}

async function listen(port: number, fetch: ReturnType<typeof restHandler>): Promise<Bun.Server<undefined>> {
  return Bun.serve({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 60,
    maxRequestBodySize: 2 * requestBytesMax, // the handler refuses sooner, and in JSON
    development: false,
    fetch,
    error: (error) => {
      process.stderr.write(`${error.stack ?? error}\n`);
      return refuse(500, "ERR internal error");
    },
  });
}
