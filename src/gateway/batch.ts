import { type Context, Hono } from "hono";
import { formatTokens, parseTokens } from "../platform/consistency/tokens.ts";
import { access } from "../platform/http/access.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { bodyProblems, document } from "../platform/http/document.ts";
import { validate } from "../platform/http/validate.ts";
import { retryLater } from "../shared/errors.ts";
import { answerPart, describeAnswer, refuse, urlOf } from "./batch-part.ts";
import { type BatchPart, type BatchPartAnswer, batchAnswer, batchBody } from "./batch-schemas.ts";

/** Reads that run at once: a Worker has six connections, of which Redis and the databases take theirs. */
const readsAtOnceMax = 4;
/** What has not begun by then is refused in its place: the deadline of the last part must fit the batch's. */
const beginWithinMs = 4_000;

/**
 * Several requests in one: each passes the whole gateway with its own limits and admission, and is answered in its place.
 * They run in order; reads that stand beside each other run together. What stands behind a write begins after it and
 * sees it. `whole` is the app that answers them.
 */
export function batch(whole: () => Hono<AppEnv>) {
  return new Hono<AppEnv>().post(
    "/v1/batch",
    document({
      summary: "Send up to 20 requests in one; reads beside each other run together, all else in order",
      tag: "gateway",
      answers: { 200: batchAnswer },
      problems: bodyProblems,
    }),
    access("anyone"),
    validate("json", batchBody),
    async (c) => {
      const { responses, token } = await answerAll(c, whole(), c.req.valid("json").requests);
      if (token !== undefined) c.header("Consistency-Token", token);
      return c.json({ responses }, 200);
    },
  );
}

interface Answered {
  readonly responses: BatchPartAnswer[];
  /** Covers what the parts wrote, and what the batch brought; undefined where nothing was written. */
  readonly token: string | undefined;
}

async function answerAll(c: Context<AppEnv>, app: Hono<AppEnv>, parts: readonly BatchPart[]): Promise<Answered> {
  const begunAt = Date.now();
  const brought = c.var.scope.consistencyTokens;
  const responses: BatchPartAnswer[] = [];
  let token: string | undefined;
  for (const together of runsOf(parts)) {
    const seen = token === undefined ? brought : [token, ...brought];
    const answers = await Promise.all(
      together.map(async (part) => {
        const isLate = Date.now() - begunAt > beginWithinMs;
        const answer = isLate ? notBegun(c, part) : await answerPart(c, app, part, seen);
        return { answer, described: await describeAnswer(part.id, answer) };
      }),
    );
    responses.push(...answers.map(({ described }) => described));
    const written = answers.flatMap(({ answer }) => answer.headers.get("Consistency-Token") ?? []);
    // What was written last stands first: what does not fit is left out from the end.
    if (written.length > 0) token = formatTokens(parseTokens([...written, ...seen]).positions);
  }
  return { responses, token };
}

/** The parts in the order asked, in runs: neighbouring reads together, any other by itself. */
function runsOf(parts: readonly BatchPart[]): BatchPart[][] {
  const runs: BatchPart[][] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last && last.length < readsAtOnceMax && isRead(part) && last.every(isRead)) last.push(part);
    else runs.push([part]);
  }
  return runs;
}

const isRead = ({ method }: BatchPart) => method === "GET" || method === "HEAD";

function notBegun(c: Context<AppEnv>, part: BatchPart): Response {
  const problem = retryLater("overloaded", "The parts before this one took too long; it was not begun.");
  return refuse(c, { url: urlOf(c, part) }, problem);
}
