import { Hono } from "hono";
import { access } from "../../platform/http/access.ts";
import type { AppEnv } from "../../platform/http/app-env.ts";
import { document } from "../../platform/http/document.ts";
import { validate } from "../../platform/http/validate.ts";
import { summaryQuery, summarySchema } from "./schemas.ts";
import { summarise } from "./summarise.ts";

export const analytics = new Hono<AppEnv>().get(
  "/v1/analytics/summary",
  document({
    summary: "Summarise sales and registrations, of the last 30 days unless you say otherwise",
    tag: "analytics",
    answers: { 200: summarySchema },
    problems: ["invalid-request"],
  }),
  access("admin", { scope: "analytics:read" }),
  validate("query", summaryQuery),
  async (c) => c.json(await summarise(c.var.scope, c.req.valid("query"))),
);
