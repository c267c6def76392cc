import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { Problem, problems, retryLater } from "../../shared/errors.ts";
import { ClientGone } from "../client-gone.ts";
import { isOutage, isOverdue } from "../database.ts";
import { describeError } from "../log.ts";
import type { AppEnv } from "./app-env.ts";

/** Heard by the access log alone; nginx made the number known. */
const clientGone = 499;

/** The one place that turns what was thrown into problem+json (RFC 9457). Works when everything else failed. */
export function answerProblem(error: unknown, c: Context<AppEnv>): Response {
  if (error instanceof ClientGone) return new Response(null, { status: clientGone });
  const problem = asProblem(error);
  const scope = c.get("scope");
  if (problem.slug === "internal") scope?.log.error("request failed", describeError(error));
  else if (problem.cause) scope?.log.warn(problem.slug, describeError(problem.cause));
  return problemResponse(problem, {
    publicUrl: c.env.config.PUBLIC_URL,
    instance: new URL(c.req.url).pathname,
    requestId: scope?.requestId ?? "",
  });
}

interface ProblemPlace {
  readonly publicUrl: string;
  readonly instance: string;
  readonly requestId: string;
}

export function problemResponse(problem: Problem, place: ProblemPlace): Response {
  const { status } = problem;
  const { publicUrl, ...where } = place;
  const body = { ...problemBody(problem, publicUrl), ...where, ...problem.members };
  const headers = new Headers({
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    ...(status === 401 ? { "WWW-Authenticate": 'Bearer realm="headroom"' } : {}),
    ...problem.headers,
  });
  return new Response(JSON.stringify(body), { status, headers });
}

/** What every problem says, also one that is part of an answer. */
export function problemBody({ slug, detail }: Problem, publicUrl: string) {
  const [status, title] = problems[slug];
  return { type: `${publicUrl}/problems/${slug}`, title, status, detail };
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isOutage(error))
    return withCause(retryLater("primary-unavailable", "The database cannot be reached now."), error);
  if (isOverdue(error)) return withCause(retryLater("overloaded", "The database took too long; try again."), error);
  if (error instanceof HTTPException && error.status === 400)
    return new Problem("malformed-request", "The body is not valid JSON.");
  return new Problem("internal", "Something went wrong on our side; it has been logged under this requestId.");
}

function withCause(problem: Problem, cause: unknown): Problem {
  return new Problem(problem.slug, problem.detail, problem.members, problem.headers, { cause });
}
