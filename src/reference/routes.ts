import { type Context, Hono } from "hono";
import type { AppEnv } from "../platform/http/app-env.ts";
import { isSlug, Problem } from "../shared/errors.ts";
import { docsPage } from "./docs-page.ts";
import { openApiJson } from "./openapi.ts";
import { type ProblemEntry, problemEntries, problemEntry, problemPage } from "./problem-page.ts";

const cacheable = { "Cache-Control": "public, max-age=300" };

/** What people and tools read about the API. `whole` is the app that is described. */
export function reference(whole: () => Hono<AppEnv>) {
  return new Hono<AppEnv>()
    .get("/openapi.json", async (c) => {
      const document = await openApiJson(c.env.instance, whole());
      return c.body(document, 200, { ...cacheable, "Content-Type": "application/json" });
    })
    .get("/docs", (c) => c.html(docsPage()))
    .get("/problems", (c) => answerProblems(c, problemEntries, problemEntries))
    .get("/problems/:slug", (c) => {
      const slug = c.req.param("slug");
      if (!isSlug(slug)) throw new Problem("not-found", "There is no such problem; /problems lists them all.");
      return answerProblems(c, [problemEntry(slug)], problemEntry(slug));
    })
    .get("/assets/:file", async (c) => {
      const file = await c.env.asset(c.req.param("file"));
      if (file === undefined) throw new Problem("not-found", "There is no such asset.");
      c.header("Cache-Control", "public, max-age=86400");
      c.header("Content-Type", contentType(c));
      return c.body(await file.arrayBuffer());
    });
}

function answerProblems(
  c: Context<AppEnv>,
  entries: readonly ProblemEntry[],
  body: ProblemEntry | readonly ProblemEntry[],
) {
  c.header("Vary", "Accept");
  return /json/.test(c.req.header("accept") ?? "") ? c.json(body) : c.html(problemPage(entries));
}

function contentType(c: Context<AppEnv>): string {
  return c.req.path.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
}
