import * as v from "valibot";
import { uuidSchema } from "../../shared/ids.ts";

/** An event as it came: its envelope is right, its type and data may be anything. */
export type Incoming = v.InferOutput<typeof incomingSchema>;

const incomingSchema = v.object({
  id: uuidSchema,
  type: v.string(),
  schema: v.optional(v.literal(1), 1),
  version: v.pipe(v.number(), v.safeInteger()),
  occurredAt: v.string(),
  key: v.string(),
  data: v.unknown(),
  traceparent: v.nullable(v.string()),
});

const messageSchema = v.object({ events: v.pipe(v.array(incomingSchema), v.minLength(1), v.maxLength(1_000)) });

/** The events of a message, each once; undefined where it cannot be read and will not be by trying again. */
export function readMessage(body: string): readonly Incoming[] | undefined {
  try {
    const parsed = v.safeParse(messageSchema, JSON.parse(body));
    if (!parsed.success) return undefined;
    return [...new Map(parsed.output.events.map((event) => [event.id, event])).values()];
  } catch {
    return undefined;
  }
}
