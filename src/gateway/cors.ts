import type { Context, MiddlewareHandler } from "hono";
import { cors as honoCors } from "hono/cors";
import type { AppEnv } from "../platform/http/app-env.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const requestHeaders = [
  "Authorization",
  "Consistency-Token",
  "Content-Type",
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "Last-Event-ID",
  "Prefer",
  "Read-Consistency",
  "X-Request-Id",
  "traceparent",
];
const answerHeaders = [
  "Consistency-Token",
  "ETag",
  "Idempotency-Replayed",
  "Link",
  "Location",
  "Preference-Applied",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "X-Request-Id",
];
const preflightSeconds = 600;

/**
 * CORS for the pages of the configured origins, none by default. They may send the refresh cookie, which asks for its
 * own Origin besides. Where there are such origins every answer varies by Origin, since caches may keep it for others.
 */
export function cors(): MiddlewareHandler<AppEnv> {
  const allow = honoCors({ origin: allowed, credentials: true, exposeHeaders: answerHeaders });
  // What was forwarded is dealt with already, and a preflight is answered once it is known what its path takes.
  return async (c, next) => {
    const isNone = c.env.config.CORS_ORIGINS.length === 0;
    return isNone || c.var.scope.hop !== undefined || c.req.method === "OPTIONS" ? next() : allow(c, next);
  };
}

/** Answers OPTIONS for a path that takes these methods, and a preflight of a page that may call it. */
export function answerOptions(c: Context<AppEnv>, taken: readonly string[]): Response {
  const origin = allowed(c.req.header("origin") ?? "", c);
  const headers = new Headers({ Allow: [...taken, "OPTIONS"].join(", "), Vary: "Origin" });
  if (origin !== null) {
    headers.set("Access-Control-Allow-Origin", origin);
    headers.set("Access-Control-Allow-Credentials", "true");
    headers.set("Access-Control-Allow-Methods", methods.join(","));
    headers.set("Access-Control-Allow-Headers", requestHeaders.join(","));
    headers.set("Access-Control-Max-Age", String(preflightSeconds));
  }
  return new Response(null, { status: 204, headers });
}

function allowed(origin: string, c: Context): string | null {
  const { CORS_ORIGINS } = (c as Context<AppEnv>).env.config;
  return CORS_ORIGINS.includes(origin) ? origin : null;
}
