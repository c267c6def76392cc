import type { MiddlewareHandler } from "hono";
import { hopHeader, verifyHop } from "../platform/hop.ts";
import type { AppEnv } from "../platform/http/app-env.ts";

/** Believes what another of our instances signed for this request; any other claim to come from inside is not heard. */
export function internalHop(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const token = c.req.header(hopHeader);
    if (token !== undefined) c.var.scope.hop = await verifyHop(c.env.config, token, c.req.raw);
    await next();
  };
}
