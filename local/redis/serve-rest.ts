import { encodeJson, errorJson } from "./encode-json.ts";
import { answerWithoutRedis } from "./forbidden-commands.ts";
import { MalformedRequest, type RestRequest, readRequest } from "./read-request.ts";
import { EngineUnavailable, type RedisEngine } from "./redis-engine.ts";
import { type Command, type Failure, isFailure, type Reply } from "./reply.ts";
import { encodeReply } from "./resp.ts";
import { isSubscription, serveSubscription } from "./serve-subscription.ts";

export const requestBytesMax = 10 * 1024 * 1024;

type Format = "plain" | "base64" | "resp2";
type Server = Bun.Server<undefined>;

/**
 * Answers the Upstash Redis REST protocol over an engine. Every answer but a subscription's and RESP2 is JSON,
 * refusals included: 400 for the command's own errors, 401, 405, 413, and 503 while the engine is away.
 * Source: upstash.com/docs/redis/features/restapi and what @upstash/redis 1.39 reads.
 */
export function restHandler(
  engine: RedisEngine,
  token: string,
): (request: Request, server: Server) => Promise<Response> {
  let syncToken = 0;
  return async (request, server) => {
    const { path, query } = splitUrl(request.url);
    if (!["POST", "GET", "PUT", "HEAD"].includes(request.method)) return refuse(405, "ERR method not allowed");
    if (!isAuthorized(request, query, token)) return refuse(401, "WRONGPASS invalid or missing auth token");
    try {
      if (isSubscription(request, path)) return await serveSubscription(engine, request, server, path);
      const response = await answer(engine, request, path, query);
      response.headers.set("upstash-sync-token", String(++syncToken));
      return response;
    } catch (error) {
      if (error instanceof MalformedRequest) return refuse(400, error.message);
      if (error instanceof EngineUnavailable) return refuse(503, `ERR ${error.message}`);
      throw error;
    }
  };
}

export function refuse(status: number, message: string): Response {
  return new Response(errorJson(message), { status, headers: { "content-type": "application/json" } });
}

async function answer(engine: RedisEngine, request: Request, path: string, query: string): Promise<Response> {
  const format = wantedFormat(request);
  if (Number(request.headers.get("content-length")) > requestBytesMax) return refuse(413, tooLarge);
  const body = Buffer.from(await request.arrayBuffer());
  if (body.length > requestBytesMax) return refuse(413, tooLarge);
  const read = readRequest(request.method, path, query, body);
  if (read.kind === "transaction" && format === "resp2") throw new MalformedRequest("ERR no resp2 for multi-exec");
  const replies = await run(engine, read);
  return encode(read.kind, replies, format);
}

const tooLarge = "ERR max request size exceeded";

function wantedFormat(request: Request): Format {
  const base64 = request.headers.get("upstash-encoding") === "base64";
  if (request.headers.get("upstash-response-format") !== "resp2") return base64 ? "base64" : "plain";
  if (base64) throw new MalformedRequest("ERR resp2 and base64 exclude each other");
  return "resp2";
}

function run(engine: RedisEngine, request: RestRequest): Promise<Reply[] | Failure> {
  if (request.kind === "transaction") return runTransaction(engine, request.commands);
  return runPipeline(engine, request.commands);
}

async function runTransaction(engine: RedisEngine, commands: readonly Command[]): Promise<Reply[] | Failure> {
  const refused = commands.map(answerWithoutRedis).find((reply) => reply !== undefined && isFailure(reply));
  return refused !== undefined && isFailure(refused) ? refused : engine.transaction(commands);
}

async function runPipeline(engine: RedisEngine, commands: readonly Command[]): Promise<Reply[]> {
  const answered = commands.map(answerWithoutRedis);
  const open = commands.filter((_, index) => answered[index] === undefined);
  const replies = open.length === 0 ? [] : await engine.run(open);
  if (open.length === commands.length) return replies;
  let next = 0;
  return answered.map((reply) => reply ?? replies[next++] ?? null);
}

function encode(kind: RestRequest["kind"], replies: Reply[] | Failure, format: Format): Response {
  const first = Array.isArray(replies) ? (replies[0] ?? null) : replies;
  const whole = kind === "single" || !Array.isArray(replies) ? first : replies;
  const status = isFailure(whole) ? 400 : 200;
  if (format === "resp2") {
    const bytes = Buffer.from(encodeReply(whole), "latin1");
    return new Response(bytes, { status, headers: { "content-type": "application/octet-stream" } });
  }
  const base64 = format === "base64";
  const isList = whole === replies && Array.isArray(whole);
  const json = isList ? `[${whole.map((reply) => encodeJson(reply, base64)).join(",")}]` : encodeJson(whole, base64);
  return new Response(json, { status, headers: { "content-type": "application/json" } });
}

function isAuthorized(request: Request, query: string, token: string): boolean {
  const given = request.headers.get("authorization")?.replace(/^Bearer\s+/i, "");
  return (given ?? new URLSearchParams(query).get("_token")) === token;
}

/** The path as it came: a URL object would resolve `..` in a key. */
function splitUrl(url: string): { path: string; query: string } {
  const pathStart = url.indexOf("/", url.indexOf("://") + 3);
  const queryStart = url.indexOf("?", pathStart);
  if (queryStart < 0) return { path: url.slice(pathStart), query: "" };
  return { path: url.slice(pathStart, queryStart), query: url.slice(queryStart + 1) };
}
