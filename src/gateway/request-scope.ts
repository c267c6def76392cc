import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../platform/http/app-env.ts";
import { clientAddress } from "../platform/http/client-address.ts";
import { openLog } from "../platform/log.ts";
import { newTraceparent } from "../platform/scope.ts";

/**
 * First of all: the request's id (the caller's, if it is well-formed), its trace (W3C Trace Context) and its log, so
 * that whatever fails later can be answered and found.
 */
export function requestScope(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const given = c.req.header("x-request-id");
    const requestId = given !== undefined && /^[A-Za-z0-9._-]{8,64}$/.test(given) ? given : crypto.randomUUID();
    c.set("scope", {
      deps: c.env,
      requestId,
      traceparent: continuedTrace(c.req.header("traceparent")),
      log: openLog(c.env.config, { requestId }),
      signal: c.env.tellsOfLeaving && isRead(c.req.method) ? () => c.req.raw.signal : undefined,
      address: () => clientAddress(c),
      readConsistency: undefined,
      consistencyTokens: [],
      written: new Map(),
      servedBy: undefined,
    });
    await next();
    c.res.headers.set("X-Request-Id", requestId);
  };
}

const isRead = (method: string) => method === "GET" || method === "HEAD";

/** The caller's trace where it is well-formed and not all zero, else a new one. */
function continuedTrace(given: string | undefined): string {
  const known = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
  return given !== undefined && known.test(given) ? given : newTraceparent();
}
