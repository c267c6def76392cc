import type { Context, MiddlewareHandler } from "hono";
import { validator } from "hono-openapi";
import * as v from "valibot";
import { notAllowed, Problem } from "../../shared/errors.ts";
import type { AppEnv } from "./app-env.ts";
import { readJson } from "./body.ts";
import { isCursor } from "./page.ts";

type Target = "json" | "query" | "param";

/**
 * Validates one part of the request and describes it in the OpenAPI document, both from one schema. A body field or a
 * query parameter that is not allowed is 422 with its path; a path id of the wrong shape is 404. `readable` refuses what
 * cannot be read beside that part: by api.md, rule 1, before anything is said of shapes.
 */
export function validate<
  T extends Target,
  Schema extends v.GenericSchema<unknown, unknown>,
  Input = v.InferInput<Schema>,
  Output = v.InferOutput<Schema>,
>(
  target: T,
  schema: Schema,
  readable: (c: Context<AppEnv>) => unknown = () => undefined,
): MiddlewareHandler<AppEnv, string, { in: { [K in T]: Input }; out: { [K in T]: Output } }> {
  const check = async (c: Context<AppEnv>, next: () => Promise<void>) => {
    const part = await partOf(c, target);
    readable(c);
    if (target === "query" && "entries" in schema)
      refuseUnreadableCursor(schema.entries as object, c.req.query("cursor"));
    refuseList(part);
    const parsed = v.safeParse(schema, part);
    if (!parsed.success) throw refusal(target, parsed.issues);
    c.req.addValidatedData(target, parsed.output as object);
    await next();
  };
  // hono-openapi reads the schema off its own middleware's properties; the checking above replaces its defaults.
  return Object.assign(check, validator(target, schema as never)) as never;
}

async function partOf(c: Context<AppEnv>, target: Target): Promise<unknown> {
  if (target === "json") return await readJson(c);
  if (target === "param") return c.req.param();
  refuseUnreadableQuery(c.req.url);
  return c.req.query();
}

function refuseUnreadableQuery(url: string): void {
  const at = url.indexOf("?");
  if (at < 0 || !url.includes("%", at)) return;
  try {
    // A percent sign that begins no byte stands for itself, as everywhere on the web.
    decodeURIComponent(url.slice(at).replace(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch {
    throw new Problem("malformed-request", "The query is not valid UTF-8, percent-encoded.");
  }
}

function refuseUnreadableCursor(entries: object, cursor: string | undefined): void {
  if (!("cursor" in entries) || cursor === undefined || isCursor(cursor)) return;
  throw new Problem("cursor-invalid", "The cursor is damaged; start from the first page.");
}

/** Valibot takes a list for an object without fields. */
function refuseList(part: unknown): void {
  if (!Array.isArray(part)) return;
  throw notAllowed({ path: "", message: "expected an object, got a list" });
}

function refusal(target: Target, issues: readonly v.BaseIssue<unknown>[]): Problem {
  if (target === "param") return new Problem("not-found", "There is no such thing.");
  return mismatch(issues, target === "query" ? "query." : "");
}

/** What a schema finds wrong with the fields of a body, or with what `prefix` names. */
export function mismatch(issues: readonly v.BaseIssue<unknown>[], prefix = ""): Problem {
  return notAllowed(...issues.map((issue) => ({ path: prefix + (v.getDotPath(issue) ?? ""), message: reason(issue) })));
}

/** What is wrong, never what was sent: that may be a password. */
function reason(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "unknown field";
  if (issue.type.startsWith("to_")) return `expected a ${issue.type.slice(3)}`;
  if (issue.kind === "schema") return issue.received === "undefined" ? "is missing" : `expected ${issue.expected}`;
  return issue.requirement instanceof RegExp || issue.expected === null
    ? issue.message.replace(/ but received .*$/s, "")
    : `expected ${issue.expected}`;
}
