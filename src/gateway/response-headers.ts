import type { MiddlewareHandler } from "hono";
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
