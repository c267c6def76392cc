import type { Database } from "bun:sqlite";
import { openDatabase } from "./database.ts";
import type { RateWindows } from "./flow-control.ts";
import { flowRoutes } from "./flow-routes.ts";
import { type GroupCommit, groupCommit } from "./group-commit.ts";
import { guarded, refuse } from "./http.ts";
import { managementRoutes } from "./management-routes.ts";
import { publishingRoutes } from "./publishing-routes.ts";
import { type Pump, startPump } from "./pump.ts";
import { configureKeys } from "./signing-keys.ts";

type DispatcherOptions = {
  /** 0: any free one. */
  port: number;
  /** The folder that keeps the state. */
  home: string;
  token: string;
  currentKey: string;
  nextKey: string;
};

export type RunningDispatcher = { url: string; stop(): Promise<void> };

/** What the routes work on. */
export type Dispatcher = {
  db: Database;
  commits: GroupCommit;
  pump: Pump;
  windows: RateWindows;
  parallelism: number;
};

const parallelism = 64;
const requestBytesMax = 100 * 1_048_576;
const stopGraceMs = 2000;

/**
 * Serves QStash's API v2 on loopback, as @upstash/qstash 2.12 speaks it, and delivers what it accepts.
 * A message is on disk before it is answered for; what an earlier process left is delivered from the start on.
 */
export async function startDispatcher(options: DispatcherOptions): Promise<RunningDispatcher> {
  const db = openDatabase(options.home);
  configureKeys(db, { current: options.currentKey, next: options.nextKey });
  const commits = groupCommit(db);
  const windows: RateWindows = new Map();
  const pump = startPump(db, commits, windows, parallelism);
  const dispatcher = { db, commits, pump, windows, parallelism };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: options.port,
    development: false,
    maxRequestBodySize: requestBytesMax,
    routes: guarded(
      { ...publishingRoutes(dispatcher), ...managementRoutes(dispatcher), ...flowRoutes(dispatcher) },
      options.token,
    ),
    fetch: () => refuse(404, "not found"),
  });
  pump.wake();
  return {
    url: `http://127.0.0.1:${server.port}`,
    async stop() {
      await Promise.race([server.stop(), Bun.sleep(stopGraceMs)]);
      await server.stop(true);
      await pump.stop();
      db.close();
    },
  };
}
