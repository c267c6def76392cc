import type { MiddlewareHandler } from "hono";
import { wakeRelay } from "../platform/events/wake-relay.ts";
import type { AppEnv } from "../platform/http/app-env.ts";

/** The relay hears of what a request wrote. */
export function relayWake(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    wakeRelay(c.var.scope);
  };
}
