import { Hono } from "hono";
import * as v from "valibot";
import { readNewest } from "../../../platform/consistency/read.ts";
import { access } from "../../../platform/http/access.ts";
import type { AppEnv } from "../../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../../platform/http/document.ts";
import { page, pageOf, pageQuery, positionOf } from "../../../platform/http/page.ts";
import { validate } from "../../../platform/http/validate.ts";
import { highestUuid } from "../../../shared/ids.ts";
import { createApiKey } from "./create-api-key.ts";
import { presentApiKey } from "./present-api-key.ts";
import { apiKeysPage } from "./queries.ts";
import { revokeApiKey } from "./revoke-api-key.ts";
import { apiKeyBody, apiKeyParam, apiKeySchema, madeApiKeySchema } from "./schemas.ts";

const tag = "identity";

/** How admins give machines a part of what they may do themselves. No key makes or ends keys, so none opens these. */
export const apiKeyAdministration = new Hono<AppEnv>()
  .post(
    "/v1/api-keys",
    document({
      summary: "Make an API key, which is told this once",
      tag,
      answers: { 201: madeApiKeySchema },
      problems: [...bodyProblems, "limit-reached"],
    }),
    access("admin", { fresh: true }),
    validate("json", apiKeyBody),
    async (c) => {
      const made = await createApiKey(c.var.scope, c.var.caller, c.req.valid("json"));
      return c.json(made, 201, { Location: `/v1/api-keys/${made.id}` });
    },
  )
  .get(
    "/v1/api-keys",
    document({
      summary: "List the API keys that stand, newest first",
      tag,
      answers: { 200: pageOf(apiKeySchema) },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("admin"),
    validate("query", v.object(pageQuery)),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const [before = highestUuid] = positionOf(c, cursor) ?? [];
      const rows = await readNewest(c.var.scope, "identity", (db) =>
        apiKeysPage(db).execute({ before, limit: limit + 1 }),
      );
      return c.json(page(c, rows, limit, ({ id }) => [id], presentApiKey));
    },
  )
  .delete(
    "/v1/api-keys/:id",
    document({ summary: "Revoke an API key", tag, answers: { 204: null }, problems: ["not-found"] }),
    access("admin"),
    validate("param", apiKeyParam),
    async (c) => {
      await revokeApiKey(c.var.scope, c.req.valid("param").id);
      return c.body(null, 204);
    },
  );
