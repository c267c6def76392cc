import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../platform/http/app-env.ts";

/** What a request wrote may have told something: the relay looks at once instead of at its next round. */
export function relayWake(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const { written } = c.var.scope;
    if (written.size === 0) return;
    for (const database of c.env.databases.all()) if (written.has(database.name)) c.env.relay.wake(database);
  };
}
