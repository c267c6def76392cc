import { Hono } from "hono";
import type { DeadEvent } from "../contracts/ports.ts";
import { type Service, services } from "../contracts/services.ts";
import { auditEvent } from "../platform/audit.ts";
import type { Subscriptions } from "../platform/events/consumer.ts";
import { access } from "../platform/http/access.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { bodyProblems, document } from "../platform/http/document.ts";
import { page, pageOf, positionOf } from "../platform/http/page.ts";
import { validate } from "../platform/http/validate.ts";
import type { Scope } from "../platform/scope.ts";
import { Problem } from "../shared/errors.ts";
import { highestUuid } from "../shared/ids.ts";
import {
  deadEventParam,
  deadEventSchema,
  deadEventsQuery,
  overviewSchema,
  replayBody,
  replayedSchema,
  replaySchema,
} from "./ops-schemas.ts";
import { overview } from "./overview.ts";
import { replayEvents } from "./replay-events.ts";

const tag = "operations";

/** What an operator sees and mends: events that wait, and those that the queue gave up on. */
export function ops(subscriptions: Subscriptions) {
  return new Hono<AppEnv>()
    .get(
      "/v1/ops/overview",
      document({ summary: "How the services and their events stand", tag, answers: { 200: overviewSchema } }),
      access("operator"),
      async (c) => c.json(await overview(c.var.scope), 200),
    )
    .get(
      "/v1/ops/dead-events",
      document({
        summary: "List the events that the queue gave up on, newest first",
        tag,
        answers: { 200: pageOf(deadEventSchema) },
        problems: ["cursor-invalid", "invalid-request"],
      }),
      access("operator"),
      validate("query", deadEventsQuery),
      async (c) => {
        const { limit, cursor } = c.req.valid("query");
        const [before = highestUuid] = positionOf(c, cursor) ?? [];
        const rows = await deadEvents(c.var.scope, limit + 1, before);
        return c.json(
          page(
            c,
            rows,
            limit,
            ({ id }) => [id],
            (row) => row,
          ),
          200,
        );
      },
    )
    .post(
      "/v1/ops/dead-events/:id/replay",
      document({
        summary: "Deliver a dead event to its consumer once more",
        tag,
        answers: { 202: replayedSchema },
        problems: ["not-found"],
      }),
      access("operator"),
      validate("param", deadEventParam),
      async (c) => {
        const { id } = c.req.valid("param");
        return c.json({ id, outcome: await replayDead(c.var.scope, id) }, 202);
      },
    )
    .post(
      "/v1/ops/replays",
      document({
        summary: "Bring a consumer what it missed between two moments",
        tag,
        answers: { 202: replaySchema },
        problems: bodyProblems,
      }),
      access("operator"),
      validate("json", replayBody),
      async (c) => c.json(await replayEvents(c.var.scope, subscriptions, c.req.valid("json")), 202),
    );
}

/** Of all deployments. One answers for each service that it mounts, and two may share a database. */
async function deadEvents(scope: Scope, limit: number, before: string): Promise<readonly DeadEvent[]> {
  const lists = [];
  for (const service of deploymentsOf(scope))
    lists.push(await scope.deps.ports.events.dead(scope, service, limit, before));
  const byId = new Map(lists.flat().map((row) => [row.id, row]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

/** One service that is mounted here, for all that are, and each that is mounted elsewhere. */
function deploymentsOf({ deps }: Scope): readonly Service[] {
  const { SERVICES } = deps.config;
  const [here] = SERVICES;
  return services.filter((service) => !SERVICES.has(service) || service === here);
}

async function replayDead(scope: Scope, id: string): Promise<"done" | "failed"> {
  for (const service of services) {
    const outcome = await scope.deps.ports.events.replayDead(scope, service, id);
    if (outcome === "unknown") continue;
    const act = { action: "dead-event.replayed", target: { type: "dead-event", id }, detail: { outcome } };
    await scope.deps.ports.identity.record(scope, auditEvent(scope, act));
    return outcome;
  }
  throw new Problem("not-found", "There is no such dead event.");
}
