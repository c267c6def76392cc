import * as v from "valibot";
import { line } from "../shared/text.ts";

const partsMax = 20;

/** What a part may say beside its path and body; names in any case. */
const headerNames = [
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "Read-Consistency",
  "Consistency-Token",
  "Prefer",
] as const;
const headerValue = v.pipe(v.string(), v.maxLength(4_096), v.regex(/^[\x20-\x7e]*$/, "visible ASCII"));

const partSchema = v.strictObject({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(100), line),
  method: v.picklist(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
  path: v.pipe(v.string(), v.maxLength(4_096), v.regex(/^\/[\x21-\x7e]*$/, "a path that begins with /")),
  headers: v.optional(v.pipe(v.record(v.string(), headerValue), v.rawCheck(refuseOtherHeaders))),
  body: v.optional(v.unknown()),
});

export type BatchPart = v.InferOutput<typeof partSchema>;

export const batchBody = v.strictObject({
  requests: v.pipe(v.array(partSchema), v.minLength(1), v.maxLength(partsMax)),
});

const partAnswerSchema = v.object({
  id: v.string(),
  status: v.number(),
  headers: v.record(v.string(), v.string()),
  /** JSON where the answer is JSON, else its text; null where it has no body. */
  body: v.unknown(),
});

export type BatchPartAnswer = v.InferOutput<typeof partAnswerSchema>;

export const batchAnswer = v.object({ responses: v.array(partAnswerSchema) });

function refuseOtherHeaders({ dataset, addIssue }: v.RawCheckContext<Record<string, string>>): void {
  if (!dataset.typed) return;
  const known: readonly string[] = headerNames.map((name) => name.toLowerCase());
  for (const [key, value] of Object.entries(dataset.value))
    if (!known.includes(key.toLowerCase()))
      addIssue({
        message: `one of ${headerNames.join(", ")}`,
        path: [{ type: "object", origin: "key", input: dataset.value, key, value }],
      });
}
