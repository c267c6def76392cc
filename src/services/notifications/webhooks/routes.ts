import { Hono } from "hono";
import { readNewest } from "../../../platform/consistency/read.ts";
import { access } from "../../../platform/http/access.ts";
import type { AppEnv } from "../../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../../platform/http/document.ts";
import { page, pageOf, positionOf } from "../../../platform/http/page.ts";
import { validate } from "../../../platform/http/validate.ts";
import { highestUuid } from "../../../shared/ids.ts";
import { addEndpoint } from "./add-endpoint.ts";
import { changeEndpoint } from "./change-endpoint.ts";
import { listDeliveries } from "./list-deliveries.ts";
import { presentDelivery } from "./present-delivery.ts";
import { presentEndpoint } from "./present-endpoint.ts";
import { endpointsPage } from "./queries.ts";
import { readEndpoint } from "./read-endpoint.ts";
import { redeliver } from "./redeliver.ts";
import { removeEndpoint } from "./remove-endpoint.ts";
import { replaceSecret } from "./replace-secret.ts";
import {
  deliveryParam,
  deliverySchema,
  endpointBody,
  endpointParam,
  endpointPatch,
  endpointSchema,
  endpointWithSecretSchema,
  listQuery,
} from "./schemas.ts";

const tag = "webhooks";

export const webhookEndpoints = new Hono<AppEnv>()
  .post(
    "/v1/webhook-endpoints",
    document({
      summary: "Add an endpoint for webhooks; its secret is shown this once",
      tag,
      answers: { 201: endpointWithSecretSchema },
      problems: [...bodyProblems, "target-forbidden", "limit-reached"],
    }),
    access("admin", { scope: "webhooks:write" }),
    validate("json", endpointBody),
    async (c) => {
      const endpoint = await addEndpoint(c.var.scope, c.req.valid("json"));
      return c.json(endpoint, 201, { Location: `/v1/webhook-endpoints/${endpoint.id}` });
    },
  )
  .get(
    "/v1/webhook-endpoints",
    document({
      summary: "List the endpoints for webhooks, newest first",
      tag,
      answers: { 200: pageOf(endpointSchema) },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("admin", { scope: "webhooks:write" }),
    validate("query", listQuery),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const [before] = positionOf(c, cursor) ?? [highestUuid];
      const rows = await readNewest(c.var.scope, "notifications", (db) =>
        endpointsPage(db).execute({ before, limit: limit + 1 }),
      );
      return c.json(page(c, rows, limit, (row) => [row.id], presentEndpoint));
    },
  )
  .get(
    "/v1/webhook-endpoints/:id",
    document({
      summary: "Read an endpoint for webhooks",
      tag,
      answers: { 200: endpointSchema },
      problems: ["not-found"],
    }),
    access("admin", { scope: "webhooks:write" }),
    validate("param", endpointParam),
    async (c) => c.json(await readEndpoint(c.var.scope, c.req.valid("param").id)),
  )
  .patch(
    "/v1/webhook-endpoints/:id",
    document({
      summary: "Change an endpoint for webhooks, or turn it off and on",
      tag,
      answers: { 200: endpointSchema },
      problems: [...bodyProblems, "not-found", "target-forbidden"],
    }),
    access("admin", { scope: "webhooks:write" }),
    validate("json", endpointPatch),
    validate("param", endpointParam),
    async (c) => c.json(await changeEndpoint(c.var.scope, c.req.valid("param").id, c.req.valid("json"))),
  )
  .delete(
    "/v1/webhook-endpoints/:id",
    document({
      summary: "Delete an endpoint for webhooks and what was still to be delivered to it",
      tag,
      answers: { 204: null },
      problems: ["not-found"],
    }),
    access("admin", { scope: "webhooks:write" }),
    validate("param", endpointParam),
    async (c) => {
      await removeEndpoint(c.var.scope, c.req.valid("param").id);
      return c.body(null, 204);
    },
  )
  .post(
    "/v1/webhook-endpoints/:id/secret",
    document({
      summary: "Give an endpoint a new secret, shown this once; the old one signs along for 24 hours",
      tag,
      answers: { 201: endpointWithSecretSchema },
      problems: ["not-found"],
    }),
    access("admin", { scope: "webhooks:write" }),
    validate("param", endpointParam),
    async (c) => {
      const { id } = c.req.valid("param");
      const endpoint = await replaceSecret(c.var.scope, id);
      return c.json(endpoint, 201, { Location: `/v1/webhook-endpoints/${id}` });
    },
  )
  .get(
    "/v1/webhook-endpoints/:id/deliveries",
    document({
      summary: "List an endpoint's deliveries of the last weeks and their attempts, newest first",
      tag,
      answers: { 200: pageOf(deliverySchema) },
      problems: ["cursor-invalid", "not-found", "invalid-request"],
    }),
    access("admin", { scope: "webhooks:write" }),
    validate("query", listQuery),
    validate("param", endpointParam),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const [before] = positionOf(c, cursor) ?? [highestUuid];
      const rows = await listDeliveries(c.var.scope, c.req.valid("param").id, { before, limit: limit + 1 });
      return c.json(page(c, rows, limit, ({ id }) => [id], presentDelivery));
    },
  )
  .post(
    "/v1/webhook-endpoints/:id/deliveries/:did/redeliver",
    document({
      summary: "Have an event delivered again, now",
      tag,
      answers: { 202: null },
      problems: ["not-found"],
    }),
    access("admin", { scope: "webhooks:write" }),
    validate("param", deliveryParam),
    async (c) => {
      const { id, did } = c.req.valid("param");
      await redeliver(c.var.scope, id, did);
      return c.body(null, 202);
    },
  );
