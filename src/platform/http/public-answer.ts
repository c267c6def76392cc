import type { Context, TypedResponse } from "hono";
import { Problem } from "../../shared/errors.ts";
import type { Found } from "../cache/cached.ts";
import type { AppEnv } from "./app-env.ts";

/** The bounds of api.md rule 7 leave a browser a second, and let it show what it has while it asks again. */
const browsers = "public, max-age=1, stale-while-revalidate=10";
const deliveryNetworks = "public, max-age=1, stale-while-revalidate=30, stale-if-error=600";
const missing = "public, max-age=5";

const cacheStatus: Record<Found["came"], string> = {
  bypass: "headroom; fwd=bypass",
  instance: "headroom; hit; detail=instance",
  redis: "headroom; hit; detail=redis",
  stale: "headroom; hit; detail=stale",
  loaded: "headroom; fwd=miss; stored",
};

/**
 * Answers a public read with ready-made bytes, the same for everybody: ETag and 304 (RFC 9110), what caches may do
 * (RFC 9111, 9213) and what ours did (RFC 9211). What was read past the caches is for this reader only.
 * @throws Problem not-found for a value that says so
 */
export function publicAnswer<Body>(
  c: Context<AppEnv>,
  { value, came }: Found,
): Response & TypedResponse<Body, 200, "json"> {
  const headers: Record<string, string> = { "Cache-Status": cacheStatus[came], ...freshness(came, value.found) };
  if (!value.found) throw new Problem("not-found", "There is no such thing, or no more.", {}, headers);
  headers.ETag = value.etag;
  // Where a shared cache stands in front, requests that want fresher reads must not be answered with these bytes.
  headers.Vary = "Read-Consistency, Consistency-Token";
  if (value.link !== undefined) headers.Link = value.link;
  const known = matches(c.req.header("if-none-match"), value.etag);
  if (!known) headers["Content-Type"] = "application/json";
  const response = known ? c.body(null, 304, headers) : c.body(value.body, 200, headers);
  // The bytes are JSON of this shape: the typed client needs to be told.
  return response as Response as Response & TypedResponse<Body, 200, "json">;
}

function freshness(came: Found["came"], found: boolean): Record<string, string> {
  if (came === "bypass") return { "Cache-Control": "no-store" };
  if (!found) return { "Cache-Control": missing };
  return { "Cache-Control": browsers, "CDN-Cache-Control": deliveryNetworks };
}

/** `If-None-Match` compares weakly: `W/` does not count. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag.replace(/^W\//, ""));
}
