import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../platform/http/app-env.ts";

/** `Prefer: return=minimal` (RFC 7240): a 200 or 201 without its body. */
export function preferMinimal(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const prefer = c.req.header("prefer");
    if (prefer === undefined || !/(^|[,;\s])return=minimal\b/i.test(prefer)) return;
    const { status } = c.res;
    if (status !== 200 && status !== 201) return;
    const headers = new Headers(c.res.headers);
    headers.delete("Content-Type");
    headers.delete("Content-Length");
    headers.set("Preference-Applied", "return=minimal");
    // A shared cache must not give the empty answer to others: not all of them heed Vary.
    headers.set("Cache-Control", "private, no-store");
    headers.delete("CDN-Cache-Control");
    // A stream would go on for nobody.
    await c.res.body?.cancel();
    // Hono merges the headers of the response it replaces unless there is none.
    c.res = undefined;
    c.res = new Response(null, { status, headers });
  };
}
