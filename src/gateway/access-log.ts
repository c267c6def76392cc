import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../platform/http/app-env.ts";
import { routeOf } from "./route-of.ts";

/** One line a request: who asked for what, how it ended, how long it took. Never a query, a body or a token. */
export function accessLog(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const { scope } = c.var;
    scope.log.info("request", {
      method: c.req.method,
      path: c.req.path,
      route: routeOf(c),
      status: c.res.status,
      ms: Math.round((performance.now() - startedAt) * 100) / 100,
      userId: c.get("caller")?.userId,
      apiKeyId: c.get("apiKey")?.id,
      servedBy: scope.servedBy,
      trace: scope.traceparent.slice(3, 35),
    });
  };
}
