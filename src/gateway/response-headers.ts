import type { MiddlewareHandler } from "hono";
import { cors as honoCors } from "hono/cors";
import type { AppEnv } from "../platform/http/app-env.ts";

/** Headers of every answer: nothing is cached or sniffed unless its route says so. */
export function responseHeaders(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "private, no-store");
    if (c.env.config.PUBLIC_URL.startsWith("https:")) headers.set("Strict-Transport-Security", "max-age=31536000");
    if (c.env.config.EXPOSE_INTERNALS && c.var.scope.servedBy) headers.set("Served-By", c.var.scope.servedBy);
  };
}

/** CORS for the configured origins, none by default. */
export function cors(): MiddlewareHandler<AppEnv> {
  const allow = honoCors({
    origin: (origin, c) => (c.env.config.CORS_ORIGINS.includes(origin) ? origin : null),
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: [
      "Authorization",
      "Consistency-Token",
      "Content-Type",
      "Idempotency-Key",
      "If-Match",
      "If-None-Match",
      "Prefer",
      "Read-Consistency",
      "X-Request-Id",
    ],
    exposeHeaders: [
      "Consistency-Token",
      "ETag",
      "Idempotency-Replayed",
      "Link",
      "Location",
      "RateLimit",
      "RateLimit-Policy",
      "Retry-After",
      "X-Request-Id",
    ],
    maxAge: 600,
  });
  // Requests without Origin come from no browser page: they cost nothing here. What was forwarded is dealt with already.
  return async (c, next) =>
    c.req.header("origin") === undefined || c.var.scope.hop !== undefined ? next() : allow(c, next);
}
