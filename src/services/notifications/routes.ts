import { Hono } from "hono";
import { read } from "../../platform/consistency/read.ts";
import { access } from "../../platform/http/access.ts";
import type { AppEnv } from "../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../platform/http/document.ts";
import { page, pageOf, positionOf } from "../../platform/http/page.ts";
import { validate } from "../../platform/http/validate.ts";
import { highestUuid } from "../../shared/ids.ts";
import { markNotificationRead } from "./mark-notification-read.ts";
import { presentNotification } from "./present-notification.ts";
import { notificationsPage } from "./queries.ts";
import { notificationParam, notificationSchema, notificationsQuery, readBody } from "./schemas.ts";
import { webhookEndpoints } from "./webhooks/routes.ts";

const tag = "notifications";

export const notifications = new Hono<AppEnv>()
  .get(
    "/v1/notifications",
    document({
      summary: "List your notifications, newest first",
      tag,
      answers: { 200: pageOf(notificationSchema) },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("user"),
    validate("query", notificationsQuery),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const [before] = positionOf(c, cursor) ?? [highestUuid];
      const { userId } = c.var.caller;
      const rows = await read(c.var.scope, "notifications", (db) =>
        notificationsPage(db).execute({ userId, before, limit: limit + 1 }),
      );
      return c.json(page(c, rows, limit, (row) => [row.id], presentNotification));
    },
  )
  .patch(
    "/v1/notifications/:id",
    document({
      summary: "Mark a notification as read",
      tag,
      answers: { 200: notificationSchema },
      problems: [...bodyProblems, "not-found"],
    }),
    access("user"),
    validate("json", readBody),
    validate("param", notificationParam),
    async (c) => c.json(await markNotificationRead(c.var.scope, c.var.caller.userId, c.req.valid("param").id)),
  )
  .route("/", webhookEndpoints);
