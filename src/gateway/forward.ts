import type { Context } from "hono";
import { proxy } from "hono/proxy";
import type { Service } from "../contracts/services.ts";
import { heardByClient } from "../platform/client-gone.ts";
import type { Elsewhere } from "../platform/elsewhere.ts";
import { hopHeader, hopsMax, pathOf, signHop } from "../platform/hop.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { clientAddress } from "../platform/http/client-address.ts";
import { reach } from "../platform/reach.ts";
import { Problem } from "../shared/errors.ts";
import { deadlineMs } from "./deadline.ts";

/** By so much under the gateway's own deadline: the answer then names the service that was silent. */
const marginMs = 1_000;
/** A body up to here is kept, so that it can be sent again. */
const keptBytesMax = 1024 * 1024;
/** Of the connection, not of the message. */
const dropped = [
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "proxy-authorization",
  "te",
  "trailer",
  "upgrade",
];

/**
 * Sends the request on to where the service is mounted and answers what that says. The caller's headers and the raw body
 * pass unchanged; who was called and from where is signed anew.
 * A read whose client goes away is given up: ClientGone.
 * @throws Problem loop-detected, service-unavailable, upstream-timeout
 */
export async function forward(c: Context<AppEnv>, service: Service): Promise<Response> {
  const { scope } = c.var;
  const hops = (scope.hop?.hops ?? 0) + 1;
  if (hops > hopsMax)
    throw new Problem("loop-detected", `The request for ${service} passed ${hopsMax} instances; check their URLs.`);
  const { raw } = c.req;
  const path = pathOf(raw.url);
  const body = await keptBody(raw);
  const isRepeatable = raw.method === "GET" || raw.method === "HEAD";
  const ask = async ({ origin, send }: Elsewhere) => {
    const headers = new Headers(raw.headers);
    for (const name of dropped) headers.delete(name);
    headers.set("X-Request-Id", scope.requestId);
    headers.set("traceparent", scope.traceparent);
    const hop = { method: raw.method, path, hops, address: clientAddress(c) };
    headers.set(hopHeader, await signHop(c.env.config, hop));
    const late = startDeadline(deadlineMs(c.req.path) - marginMs);
    const answer = await proxy(origin + path, {
      customFetch: send,
      method: raw.method,
      headers,
      redirect: "manual",
      signal: scope.signal ? AbortSignal.any([late.signal, scope.signal()]) : late.signal,
      body,
    });
    // An answer of unknown length is a stream, and lasts as long as its instance and its client want.
    if (!answer.headers.has("content-length")) late.lift();
    return answer;
  };
  return await heardByClient(scope, () => reach(c.env, service, isRepeatable, ask));
}

/** Aborts when the time is over, unless it is lifted before. */
function startDeadline(timeoutMs: number) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("The time is over.", "TimeoutError")), timeoutMs);
  return { signal: late.signal, lift: () => clearTimeout(timer) };
}

/** What is too large to keep, or does not say how large it is, goes as a stream: once. */
async function keptBody(request: Request): Promise<ArrayBuffer | ReadableStream | null> {
  const bytes = Number(request.headers.get("content-length") ?? Number.POSITIVE_INFINITY);
  return request.body === null || bytes > keptBytesMax ? request.body : await request.arrayBuffer();
}
