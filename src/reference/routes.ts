import { type Context, Hono } from "hono";
import * as v from "valibot";
import type { AppEnv } from "../platform/http/app-env.ts";
import { documentPage } from "../platform/http/document.ts";
import { isSlug, Problem, type ProblemSlug } from "../shared/errors.ts";
import { docsPage } from "./docs-page.ts";
import { openApiJson } from "./openapi.ts";
import { type ProblemEntry, problemEntries, problemEntry, problemPage } from "./problem-page.ts";

const cacheable = { "Cache-Control": "public, max-age=300" };

const openApi = v.looseObject({ openapi: v.string(), paths: v.record(v.string(), v.unknown()) });
const problem = v.looseObject({ slug: v.string(), status: v.number(), title: v.string() });

/** What people and tools read about the API. `whole` is the app that is described. */
export function reference(whole: () => Hono<AppEnv>) {
  return new Hono<AppEnv>()
    .get("/openapi.json", describe("This document", { "application/json": openApi }), async (c) => {
      const document = await openApiJson(c.env.instance, whole());
      return c.body(document, 200, { ...cacheable, "Content-Type": "application/json" });
    })
    .get("/docs", describe("A page to try the API", { "text/html": v.string() }), (c) => c.html(docsPage()))
    .get(
      "/problems",
      describe("All problems", { "application/json": v.array(problem), "text/html": v.string() }),
      (c) => answerProblems(c, problemEntries, problemEntries),
    )
    .get(
      "/problems/:slug",
      describe("What a problem means", { "application/json": problem, "text/html": v.string() }, "not-found"),
      (c) => {
        const slug = c.req.param("slug");
        if (!isSlug(slug)) throw new Problem("not-found", "There is no such problem; /problems lists them all.");
        return answerProblems(c, [problemEntry(slug)], problemEntry(slug));
      },
    )
    .get(
      "/assets/:file",
      describe("What the pages load", { "text/css": v.string(), "text/javascript": v.string() }, "not-found"),
      async (c) => {
        const file = await c.env.asset(c.req.param("file"));
        if (file === undefined) throw new Problem("not-found", "There is no such asset.");
        c.header("Cache-Control", "public, max-age=86400");
        c.header("Content-Type", contentType(c));
        return c.body(await file.arrayBuffer());
      },
    );
}

function describe(summary: string, content: Parameters<typeof documentPage>[0]["content"], ...problems: ProblemSlug[]) {
  return documentPage({ summary, tag: "reference", content, problems });
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
