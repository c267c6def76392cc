import { Hono } from "hono";
import { access } from "../../../platform/http/access.ts";
import type { AppEnv } from "../../../platform/http/app-env.ts";
import { document } from "../../../platform/http/document.ts";
import { filteredList, pageOf, pageOn, positionIn } from "../../../platform/http/page.ts";
import { validate } from "../../../platform/http/validate.ts";
import { highestUuid } from "../../../shared/ids.ts";
import { listAuditLog } from "./list-audit-log.ts";
import { presentRecord } from "./present-record.ts";
import { auditQuery, auditRecordSchema } from "./schemas.ts";

const tag = "identity";

/** Who did what. */
export const auditLog = new Hono<AppEnv>().get(
  "/v1/audit-log",
  document({
    summary: "List who did what, newest first",
    tag,
    answers: { 200: pageOf(auditRecordSchema) },
    problems: ["cursor-invalid", "invalid-request"],
  }),
  access("operator"),
  validate("query", auditQuery),
  async (c) => {
    const query = c.req.valid("query");
    const list = filteredList(c.req.path, query);
    const [before = highestUuid] = positionIn(c.env.config, list, query.cursor) ?? [];
    const rows = await listAuditLog(c.var.scope, query, { before, limit: query.limit });
    return c.json(pageOn(c, list, rows, query.limit, ({ id }) => [id], presentRecord));
  },
);
