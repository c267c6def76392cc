import type { Context, Hono } from "hono";
import type { Deps } from "../platform/deps.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { clientAddress } from "../platform/http/client-address.ts";
import { problemResponse } from "../platform/http/problem.ts";
import { Problem } from "../shared/errors.ts";
import type { BatchPart, BatchPartAnswer } from "./batch-schemas.ts";
import { isNotInBatch } from "./not-in-batch.ts";

/** Of the connection, or a browser's alone. */
const leftOut = ["connection", "content-length", "keep-alive", "set-cookie", "transfer-encoding"];

/**
 * Has the app answer one part of a batch as it answers any request of the same client: with its Authorization, from its
 * address, under its request id and in its trace. `seen` are the consistency tokens that the part is to see.
 */
export async function answerPart(
  c: Context<AppEnv>,
  app: Hono<AppEnv>,
  part: BatchPart,
  seen: readonly string[],
): Promise<Response> {
  const request = requestOf(c, part, seen);
  if (isNotInBatch(app, request))
    return refuse(c, request, new Problem("not-in-batch", `${part.method} ${part.path} cannot be a part of a batch.`));
  // The request itself says nothing of where it came from. Handles are those of the batch.
  const deps: Deps = { ...c.env, clientAddress: () => clientAddress(c) };
  return await app.fetch(request, deps);
}

/** What answers a part that the app is not asked about. */
export function refuse(c: Context<AppEnv>, request: { readonly url: string }, problem: Problem): Response {
  const { requestId } = c.var.scope;
  const instance = new URL(request.url).pathname;
  const response = problemResponse(problem, { publicUrl: c.env.config.PUBLIC_URL, instance, requestId });
  response.headers.set("X-Request-Id", requestId);
  return response;
}

/** The answer as a member of the batch's. */
export async function describeAnswer(id: string, answer: Response): Promise<BatchPartAnswer> {
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !leftOut.includes(name)));
  const text = await answer.text();
  const isJson = /^application\/(problem\+)?json\b/.test(headers["content-type"] ?? "");
  return { id, status: answer.status, headers, body: text === "" ? null : isJson ? JSON.parse(text) : text };
}

/** Where a part goes: its path as it was written, on whatever host the batch was sent to. */
export function urlOf(c: Context<AppEnv>, { path }: BatchPart): string {
  return new URL(c.req.url).origin + path;
}

function requestOf(c: Context<AppEnv>, part: BatchPart, seen: readonly string[]): Request {
  const { scope } = c.var;
  const headers = new Headers(part.headers);
  headers.set("X-Request-Id", scope.requestId);
  headers.set("traceparent", scope.traceparent);
  const authorization = c.req.header("Authorization");
  if (authorization !== undefined) headers.set("Authorization", authorization);
  const tokens = [headers.get("Consistency-Token") ?? "", ...seen].filter((token) => token !== "");
  if (tokens.length > 0) headers.set("Consistency-Token", tokens.join(","));
  const { method } = part;
  if (part.body === undefined || method === "GET" || method === "HEAD")
    return new Request(urlOf(c, part), { method, headers });
  headers.set("Content-Type", "application/json");
  return new Request(urlOf(c, part), { method, headers, body: JSON.stringify(part.body) });
}
