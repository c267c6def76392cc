import { describeRoute, resolver } from "hono-openapi";
import type * as v from "valibot";
import { type ProblemSlug, problems } from "../../shared/errors.ts";

interface Operation {
  readonly summary: string;
  readonly tag: string;
  /** Status -> the body's schema, or null where there is none. */
  readonly answers: Readonly<Record<number, v.GenericSchema | null>>;
  /** The problems of this operation's own; those that every operation may answer stand in `default`. */
  readonly problems?: readonly ProblemSlug[];
}

/** Describes a route in the OpenAPI document. Request parts come from `validate`, so they stand in one place. */
export function document({ summary, tag, answers, problems: slugs = [] }: Operation) {
  const responses: NonNullable<Parameters<typeof describeRoute>[0]["responses"]> = {
    default: { $ref: "#/components/responses/Problem" },
  };
  for (const [status, schema] of Object.entries(answers))
    responses[status] = {
      description: summary,
      ...(schema === null ? {} : { content: { "application/json": { schema: resolver(schema) } } }),
    };
  for (const [status, of] of byStatus(slugs))
    responses[status] = {
      description: of.join(", "),
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    };
  return describeRoute({ summary, tags: [tag], responses });
}

function byStatus(slugs: readonly ProblemSlug[]): Map<number, ProblemSlug[]> {
  const map = new Map<number, ProblemSlug[]>();
  for (const slug of slugs) {
    const status = problems[slug][0];
    map.set(status, [...(map.get(status) ?? []), slug]);
  }
  return map;
}
