import { Hono } from "hono";
import { access } from "../../../platform/http/access.ts";
import type { AppEnv } from "../../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../../platform/http/document.ts";
import { filteredList, pageOf, pageOn, positionIn } from "../../../platform/http/page.ts";
import { validate } from "../../../platform/http/validate.ts";
import { highestUuid } from "../../../shared/ids.ts";
import { presentUser } from "../present-user.ts";
import { changeStanding } from "./change-standing.ts";
import { listUsers } from "./list-users.ts";
import { readAnyUser } from "./read-any-user.ts";
import { anyUserSchema, standingPatch, userParam, usersQuery } from "./schemas.ts";

const tag = "identity";

/** What administrators do with the accounts of others. */
export const userAdministration = new Hono<AppEnv>()
  .get(
    "/v1/admin/users",
    document({
      summary: "List all users, newest first",
      tag,
      answers: { 200: pageOf(anyUserSchema) },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("admin"),
    validate("query", usersQuery),
    async (c) => {
      const query = c.req.valid("query");
      const list = filteredList(c.req.path, query);
      const [before = highestUuid] = positionIn(c.env.config, list, query.cursor) ?? [];
      const rows = await listUsers(c.var.scope, query, before);
      return c.json(pageOn(c, list, rows, query.limit, ({ id }) => [id], presentUser));
    },
  )
  .get(
    "/v1/admin/users/:id",
    document({ summary: "Read any user", tag, answers: { 200: anyUserSchema }, problems: ["not-found"] }),
    access("admin"),
    validate("param", userParam),
    async (c) => c.json(presentUser(await readAnyUser(c.var.scope, c.req.valid("param").id))),
  )
  .patch(
    "/v1/admin/users/:id",
    document({
      summary: "Give another user another role, disable him or let him in again, which ends his sessions",
      tag,
      answers: { 200: anyUserSchema },
      problems: [...bodyProblems, "not-found"],
    }),
    access("admin", { fresh: true }),
    validate("json", standingPatch),
    validate("param", userParam),
    async (c) => {
      const { id } = c.req.valid("param");
      return c.json(presentUser(await changeStanding(c.var.scope, c.var.caller, id, c.req.valid("json"))));
    },
  );
