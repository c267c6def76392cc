import { describeRoute, resolver } from "hono-openapi";
import type * as v from "valibot";
import { type ProblemSlug, problems } from "../../shared/errors.ts";

interface Operation {
  readonly summary: string;
  readonly tag: string;
  /** Status -> the body's schema, or null where there is none. */
  readonly answers: Readonly<Record<number, v.GenericSchema | null>>;
  /** Of the answers' bodies, JSON unless it is named. */
  readonly mediaType?: string;
  /** The problems of this operation's own; those that every operation may answer stand in `default`. */
  readonly problems?: readonly ProblemSlug[];
  /** Of a body that streams in, what each line holds. */
  readonly lines?: v.GenericSchema;
  /** The request headers that this operation reads, beside those that every one does. */
  readonly headers?: readonly (keyof typeof headerParameters)[];
}

const headerParameters = {
  "Idempotency-Key": { required: true, description: "The same for each retry: a retry is the same request." },
  "Last-Event-ID": { required: false, description: "The id of the last event received: those behind it follow." },
  "If-Match": { required: false, description: "The ETag or version that an update was made from." },
  "If-None-Match": { required: false, description: "Answers 304 where the bytes are still these." },
} as const;

type Responses = NonNullable<Parameters<typeof describeRoute>[0]["responses"]>;

/** What may be wrong with a JSON body before anybody looks for what it concerns. */
export const bodyProblems = [
  "malformed-request",
  "body-too-large",
  "unsupported-media-type",
  "invalid-request",
] as const;

/**
 * Describes a route of the API in the OpenAPI document. Request parts come from `validate`, so they stand in one place.
 * Every such route passes `access`, which reads Read-Consistency.
 */
export function document(operation: Operation) {
  const {
    summary,
    tag,
    answers,
    mediaType = "application/json",
    lines,
    problems: slugs = [],
    headers = [],
  } = operation;
  const responses: Responses = {};
  for (const [status, schema] of Object.entries(answers))
    responses[status] = {
      description: summary,
      ...(schema === null ? {} : { content: { [mediaType]: { schema: resolver(schema) } } }),
    };
  return describeRoute({
    summary,
    tags: [tag],
    parameters: headers.map((name) => ({ in: "header", name, schema: { type: "string" }, ...headerParameters[name] })),
    ...(lines === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/x-ndjson": { schema: resolver(lines) } } } }),
    responses: { ...responses, ...refusals(["header-invalid", ...slugs]) },
  });
}

interface Page {
  readonly summary: string;
  readonly tag: string;
  /** Media type -> what it holds. */
  readonly content: Readonly<Record<string, v.GenericSchema>>;
  readonly problems?: readonly ProblemSlug[];
}

/** Describes a route for people, tools or a balancer: one answer, in whatever media type. */
export function documentPage({ summary, tag, content, problems: slugs = [] }: Page) {
  const types = Object.entries(content).map(([type, schema]) => [type, { schema: resolver(schema) }]);
  const answer = { description: summary, content: Object.fromEntries(types) };
  return describeRoute({ summary, tags: [tag], responses: { 200: answer, ...refusals(slugs) } });
}

function refusals(slugs: readonly ProblemSlug[]): Responses {
  const responses: Responses = { default: { $ref: "#/components/responses/Problem" } };
  for (const [status, of] of byStatus(slugs))
    responses[status] = {
      description: of.join(", "),
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    };
  return responses;
}

function byStatus(slugs: readonly ProblemSlug[]): Map<number, ProblemSlug[]> {
  const map = new Map<number, ProblemSlug[]>();
  for (const slug of slugs) {
    const status = problems[slug][0];
    map.set(status, [...(map.get(status) ?? []), slug]);
  }
  return map;
}
