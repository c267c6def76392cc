import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../platform/http/app-env.ts";
import { countRequest, httpFigures } from "../platform/http-figures.ts";
import { routeOf } from "./route-of.ts";

/** A client may send any word: each would be a row for ever. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Counts each request for /metrics, where there is one. Streams are measured until they begin. */
export function httpMetrics(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { instance, processFigures } = c.env;
    if (processFigures === undefined) return await next();
    const figures = httpFigures(instance);
    const startedAt = performance.now();
    figures.inFlight++;
    try {
      await next();
    } finally {
      figures.inFlight--;
      countRequest(instance, {
        method: methods.includes(c.req.method) ? c.req.method : "other",
        route: routeOf(c) ?? "none",
        status: c.res.status,
        seconds: (performance.now() - startedAt) / 1000,
      });
    }
  };
}
