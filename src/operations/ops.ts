import { Hono } from "hono";
import { deadEvent } from "../contracts/port-messages.ts";
import type { Subscriptions } from "../platform/events/consumer.ts";
import { access } from "../platform/http/access.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { bodyProblems, document } from "../platform/http/document.ts";
import { page, pageOf, positionOf } from "../platform/http/page.ts";
import { validate } from "../platform/http/validate.ts";
import { highestUuid } from "../shared/ids.ts";
import { listDeadEvents } from "./list-dead-events.ts";
import {
  deadEventParam,
  deadEventsQuery,
  overviewSchema,
  replayBody,
  replayedSchema,
  replaySchema,
} from "./ops-schemas.ts";
import { overview } from "./overview.ts";
import { replayDeadEvent } from "./replay-dead-event.ts";
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
        answers: { 200: pageOf(deadEvent) },
        problems: ["cursor-invalid", "invalid-request"],
      }),
      access("operator"),
      validate("query", deadEventsQuery),
      async (c) => {
        const { limit, cursor } = c.req.valid("query");
        const [before = highestUuid] = positionOf(c, cursor) ?? [];
        const rows = await listDeadEvents(c.var.scope, limit + 1, before);
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
        return c.json({ id, outcome: await replayDeadEvent(c.var.scope, id) }, 202);
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
