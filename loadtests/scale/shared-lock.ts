// The server with the mistake that a scale proof must find: each request for the shop waits for one lock of all instances
// and holds it for a while in which nobody computes, so that the lock limits and not a share of CPU.
import postgres from "postgres";
import { app } from "../../src/app.ts";
import { configOrExit } from "../../src/platform/config-or-exit.ts";
import type { Deps } from "../../src/platform/deps.ts";
import { serve } from "../../src/serve.ts";

// biome-ignore lint/style/noProcessEnv: an entry reads the environment once.
const config = configOrExit(process.env);
const lock = 417_031;
const heldSeconds = 0.02;
const sql = postgres(config.DATABASE_URL, { max: 1 });

const locked = {
  fetch: async (request: Request, deps: Deps): Promise<Response> => {
    if (!new URL(request.url).pathname.startsWith("/v1/")) return app.fetch(request, deps);
    return sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${lock})`;
      await tx`select pg_sleep(${heldSeconds}::float8)`;
      return app.fetch(request, deps);
    });
  },
};

serve(locked, config);
