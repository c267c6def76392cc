import type { Context, Hono, MiddlewareHandler } from "hono";
import { methodNotAllowed as honoMethodNotAllowed } from "hono/method-not-allowed";
import type { AppEnv } from "../platform/http/app-env.ts";
import { answerProblem } from "../platform/http/problem.ts";
import { Problem } from "../shared/errors.ts";
import { answerOptions } from "./cors.ts";

/** 404 for a path that no route has. */
export function answerNotFound(c: Context<AppEnv>): Response {
  return answerProblem(new Problem("not-found", `There is no ${c.req.path} here.`), c);
}

/** 405 with `Allow` for a path that has routes, but not for this method; OPTIONS is answered for each of them. */
export function methodNotAllowed(app: Hono<AppEnv>): MiddlewareHandler<AppEnv> {
  return honoMethodNotAllowed<AppEnv>({
    app,
    onMethodNotAllowed: (c, methods) => {
      if (c.req.method === "OPTIONS") return answerOptions(c as Context<AppEnv>, methods);
      const allow = methods.join(", ");
      const detail = `${c.req.path} takes ${allow}, not ${c.req.method}.`;
      return answerProblem(new Problem("method-not-allowed", detail, {}, { Allow: allow }), c as Context<AppEnv>);
    },
  });
}
