import type { BunRequest, Server } from "bun";
import { Refusal } from "./refusal.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type Handler = (request: BunRequest, server: Server<undefined>) => Response | Promise<Response>;
/** Path to method to handler, as Bun.serve takes it. */
export type Routes = Record<string, Partial<Record<Method, Handler>>>;

const messageBytesMax = 10 * 1_048_576;

/** The same routes, behind the token, with refusals answered as `{"error": …}`. */
export function guarded(routes: Routes, token: string): Routes {
  return Object.fromEntries(
    Object.entries(routes).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, handler]) => [method, guard(handler, token)])),
    ]),
  );
}

export function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

/** A parameter of the path. */
export function param(request: BunRequest, name: string): string {
  const params: Record<string, string> = request.params;
  const value = params[name];
  if (!value) throw new Refusal(400, `${name} cannot be empty`);
  return value;
}

export async function jsonBody(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new Refusal(400, "the body is not JSON");
  }
}

export async function messageBody(request: Request): Promise<Uint8Array> {
  const body = await request.bytes();
  checkSize(body);
  return body;
}

export function checkSize(body: Uint8Array): void {
  if (body.byteLength > messageBytesMax) throw new Refusal(413, `a message is at most ${messageBytesMax} bytes`);
}

/** How many a page may hold: what is asked for, 1 to 100. */
export function pageSize(query: URLSearchParams): number {
  const asked = Number(query.get("count") ?? 100);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, 100) : 100;
}

function guard(handler: Handler, token: string): Handler {
  return async (request, server) => {
    try {
      if (!isAuthorized(request, token)) return refuse(401, "unauthorized");
      return await handler(request, server);
    } catch (error) {
      if (error instanceof Refusal) return refuse(error.status, error.message);
      console.error("qstash:", request.method, request.url, error);
      return refuse(500, "internal error");
    }
  };
}

function isAuthorized(request: Request, token: string): boolean {
  if (request.headers.get("authorization") === `Bearer ${token}`) return true;
  return request.url.includes("qstash_token=") && new URL(request.url).searchParams.get("qstash_token") === token;
}
