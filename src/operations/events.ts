import { type Context, Hono } from "hono";
import { type Service, services } from "../contracts/services.ts";
import { forward } from "../gateway/forward.ts";
import { isOutage } from "../platform/database.ts";
import { bury } from "../platform/events/bury.ts";
import type { Subscriptions } from "../platform/events/consumer.ts";
import { deliver } from "../platform/events/deliver.ts";
import type { Failure } from "../platform/events/failure.ts";
import { type Inbox, recordedOnce } from "../platform/events/inbox.ts";
import { readMessage } from "../platform/events/read-message.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { readText } from "../platform/http/body.ts";
import { answerProblem } from "../platform/http/problem.ts";
import { type Jobs, runJob } from "../platform/jobs.ts";
import { retrySeconds } from "../platform/queue.ts";
import { backgroundScope } from "../platform/scope.ts";
import { Problem } from "../shared/errors.ts";

/** What the queue calls: deliveries of events, what it gave up on, and jobs. All of it is signed over the raw body. */
export function eventRoutes(subscriptions: Subscriptions, jobs: Jobs, inbox: Inbox = recordedOnce) {
  return new Hono<AppEnv>()
    .post("/v1/events/:service", async (c) => {
      const service = serviceOf(c.req.param("service"));
      if (!isHere(c, service)) return forwardPatiently(c, service);
      const incoming = readMessage(await signedBody(c));
      if (incoming === undefined) return unreadable(c);
      const about = { service, message: c.req.header("upstash-message-id"), events: incoming.length };
      const scope = backgroundScope(c.env, { traceparent: incoming[0]?.traceparent, about });
      const failures = await untilOutage(c, deliver(scope, subscriptions, service, incoming, inbox));
      if (failures.length > 0) throw someFailed(failures);
      return c.body(null, 204);
    })
    .post("/v1/events/:service/failures", async (c) => {
      const service = serviceOf(c.req.param("service"));
      if (!isHere(c, service)) return forwardPatiently(c, service);
      const scope = backgroundScope(c.env, { about: { service } });
      const readable = await untilOutage(c, bury(scope, subscriptions, service, await signedBody(c)));
      return readable ? c.body(null, 204) : unreadable(c);
    })
    .post("/internal/jobs/:job", async (c) => {
      const name = c.req.param("job");
      const owner = Object.hasOwn(jobs, name) ? jobs[name]?.service : undefined;
      return owner === undefined || isHere(c, owner) ? answerJob(c, jobs, name) : forward(c, owner);
    })
    .post("/internal/jobs/:job/:service", async (c) => {
      const service = serviceOf(c.req.param("service"));
      return isHere(c, service) ? answerJob(c, jobs, c.req.param("job")) : forward(c, service);
    });
}

async function answerJob(c: Context<AppEnv>, jobs: Jobs, name: string): Promise<Response> {
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (!job) throw new Problem("not-found", `There is no job ${name}.`);
  await signedBody(c);
  await runJob(c.env, name, job);
  return c.body(null, 204);
}

function isHere(c: Context<AppEnv>, service: Service): boolean {
  return c.env.config.SERVICES.has(service);
}

function serviceOf(name: string): Service {
  const service = services.find((one) => one === name);
  if (service === undefined) throw new Problem("not-found", `There is no service ${name}.`);
  return service;
}

/** The raw body, once its signature is right for the URL that the configuration gives this path. */
async function signedBody(c: Context<AppEnv>): Promise<string> {
  const body = await readText(c);
  const signature = c.req.header("upstash-signature") ?? "";
  const url = `${c.env.config.PUBLIC_URL}${c.req.path}`;
  if (signature !== "" && (await c.env.queue.verify({ signature, body, url }))) return body;
  throw new Problem("signature-invalid", "The queue's signature is missing or wrong.");
}

/** Trying again will not help: the queue gives up at once (upstash docs, qstash/features/retry). */
async function unreadable(c: Context<AppEnv>): Promise<Response> {
  const refusal = answerProblem(new Problem("malformed-request", "The message cannot be read."), c);
  refusal.headers.set("Upstash-NonRetryable-Error", "true");
  const status = 489;
  return new Response(JSON.stringify({ ...((await refusal.json()) as object), status }), {
    status,
    headers: refusal.headers,
  });
}

/** `errors[].path` is the event's id and its consumer; the failure callback brings it back as the reason of a death. */
function someFailed(failures: readonly Failure[]): Problem {
  return new Problem("internal", "Some events failed; the others are done.", {
    failed: [...new Set(failures.map(({ eventId }) => eventId))],
    errors: failures.map(({ eventId, consumer, reason }) => ({
      path: consumer === null ? eventId : `${eventId}.${consumer}`,
      message: reason,
    })),
  });
}

/** The queue is told to wait as long as its own retries would. */
async function forwardPatiently(c: Context<AppEnv>, service: Service): Promise<Response> {
  try {
    return await forward(c, service);
  } catch (error) {
    if (!(error instanceof Problem) || !Object.hasOwn(error.headers, "Retry-After")) throw error;
    throw new Problem(error.slug, error.detail, error.members, patience(c), { cause: error.cause });
  }
}

async function untilOutage<T>(c: Context<AppEnv>, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!isOutage(cause)) throw cause;
    throw new Problem("primary-unavailable", "The database cannot be reached now.", {}, patience(c), { cause });
  }
}

/** With the usual Retry-After of a second the queue would be through with its retries before what is away is back. */
function patience(c: Context<AppEnv>): { readonly "Retry-After": string } {
  return { "Retry-After": String(retrySeconds(Number(c.req.header("upstash-retried") ?? 0))) };
}
