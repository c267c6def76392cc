import * as v from "valibot";
import { keyScopes } from "../../../contracts/key-scopes.ts";
import { uuidSchema } from "../../../shared/ids.ts";
import { nameSchema } from "../../../shared/text.ts";
import { timeSchema } from "../../../shared/times.ts";

export const apiKeyBody = v.pipe(
  v.strictObject({
    name: nameSchema,
    scopes: v.pipe(
      v.array(v.picklist(keyScopes)),
      v.minLength(1, "at least one scope"),
      v.maxLength(keyScopes.length, "each scope once"),
      v.check((scopes) => new Set(scopes).size === scopes.length, "each scope once"),
    ),
    expiresAt: v.optional(
      v.pipe(
        timeSchema,
        v.check((time) => Date.parse(time) > Date.now(), "a time to come"),
      ),
    ),
  }),
  v.metadata({ ref: "ApiKeyBody" }),
);

export const apiKeyParam = v.object({ id: uuidSchema });

const apiKeyFields = {
  id: uuidSchema,
  name: v.string(),
  scopes: v.array(v.string()),
  /** How the key begins. */
  prefix: v.string(),
  expiresAt: v.nullable(v.string()),
  createdBy: uuidSchema,
  createdAt: v.string(),
};

export const apiKeySchema = v.pipe(v.object(apiKeyFields), v.metadata({ ref: "ApiKey" }));

/** As it is told when it is made, and never again. */
export const madeApiKeySchema = v.pipe(
  v.object({ ...apiKeyFields, key: v.string() }),
  v.metadata({ ref: "MadeApiKey" }),
);

export type ApiKeyBody = v.InferOutput<typeof apiKeyBody>;
export type ApiKeyView = v.InferOutput<typeof apiKeySchema>;
export type MadeApiKey = v.InferOutput<typeof madeApiKeySchema>;
