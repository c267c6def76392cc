import * as v from "valibot";
import { eventData } from "../../../contracts/events.ts";
import { pageQuery } from "../../../platform/http/page.ts";
import { uuidSchema } from "../../../shared/ids.ts";

export const endpointParam = v.object({ id: uuidSchema });

export const deliveryParam = v.object({ id: uuidSchema, did: uuidSchema });

export const listQuery = v.object(pageQuery);

/** As it is called later, byte by byte. Whether webhooks may be sent there is another question (check-target.ts). */
const urlSchema = v.pipe(
  v.string(),
  v.maxLength(2_000, "at most 2,000 characters"),
  v.regex(/^[!-[\]-~]+$/, "visible ASCII without backslashes"),
  v.check((text) => URL.canParse(text), "a URL"),
);

/** What accounts are about stays inside, and so does what administrators do. */
const types = Object.keys(eventData).filter((type) => !/^(user|audit)\./.test(type));

const eventsSchema = v.pipe(
  v.array(v.picklist(["*", ...types])),
  v.minLength(1, "at least one type of event"),
  v.check((events) => new Set(events).size === events.length, "each type once"),
  v.check((events) => !events.includes("*") || events.length === 1, '"*" alone, or types of events'),
);

export const endpointBody = v.pipe(
  v.strictObject({ url: urlSchema, events: eventsSchema, enabled: v.optional(v.boolean(), true) }),
  v.metadata({ ref: "WebhookEndpointBody" }),
);

export type EndpointBody = v.InferOutput<typeof endpointBody>;

export const endpointPatch = v.pipe(
  v.strictObject({ url: v.optional(urlSchema), events: v.optional(eventsSchema), enabled: v.optional(v.boolean()) }),
  v.metadata({ ref: "WebhookEndpointPatch" }),
);

export type EndpointPatch = v.InferOutput<typeof endpointPatch>;

const endpointFields = {
  id: v.string(),
  url: v.string(),
  events: v.array(v.string()),
  enabled: v.boolean(),
  /** Until when a secret that was replaced signs along; null where none does. */
  oldSecretUntil: v.nullable(v.string()),
  createdAt: v.string(),
  updatedAt: v.string(),
};

export const endpointSchema = v.pipe(v.object(endpointFields), v.metadata({ ref: "WebhookEndpoint" }));

export type Endpoint = v.InferOutput<typeof endpointSchema>;

export const endpointWithSecretSchema = v.pipe(
  v.object({ ...endpointFields, secret: v.string() }),
  v.metadata({ ref: "WebhookEndpointWithSecret" }),
);

export type EndpointWithSecret = v.InferOutput<typeof endpointWithSecretSchema>;

export const deliverySchema = v.pipe(
  v.object({
    id: v.string(),
    eventId: v.string(),
    type: v.string(),
    attempts: v.array(
      v.object({ at: v.string(), status: v.nullable(v.number()), ms: v.number(), error: v.optional(v.string()) }),
    ),
    nextAt: v.nullable(v.string()),
  }),
  v.metadata({ ref: "WebhookDelivery" }),
);

export type Delivery = v.InferOutput<typeof deliverySchema>;
