import * as v from "valibot";
import { services } from "../contracts/services.ts";
import { pageQuery } from "../platform/http/page.ts";
import { uuidSchema } from "../shared/ids.ts";
import { timeSchema } from "../shared/times.ts";

const condition = v.picklist(["ok", "away"]);

export const overviewSchema = v.object({
  services: v.array(
    v.object({
      name: v.picklist(services),
      status: condition,
      /** What its database says; null while it is away. Both counts end at 1,000. */
      unpublishedEvents: v.nullable(v.number()),
      unpublishedSince: v.nullable(v.string()),
      deadEvents: v.nullable(v.number()),
    }),
  ),
  redis: condition,
});

export type Overview = v.InferOutput<typeof overviewSchema>;

export const deadEventsQuery = v.object(pageQuery);
export const deadEventParam = v.object({ id: uuidSchema });

/** `failed`: it stays dead, and says why in the list. */
export const replayedSchema = v.object({ id: v.string(), outcome: v.picklist(["done", "failed"]) });

export const replayBody = v.strictObject({ consumer: v.string(), from: timeSchema, to: timeSchema });

export type ReplayRequest = v.InferOutput<typeof replayBody>;

export const replaySchema = v.object({
  consumer: v.string(),
  from: v.string(),
  to: v.string(),
  /** Events of its types that were brought to it: those it had done were left alone. */
  events: v.number(),
  failed: v.number(),
  /** Where to go on from, null where the whole range was looked at. */
  nextFrom: v.nullable(v.string()),
});

export type Replay = v.InferOutput<typeof replaySchema>;
