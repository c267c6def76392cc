import * as v from "valibot";
import { eventData } from "../../../contracts/events.ts";
import { pageQuery } from "../../../platform/http/page.ts";
import { uuidSchema } from "../../../shared/ids.ts";
import { line } from "../../../shared/text.ts";

const filter = v.optional(v.pipe(v.string(), v.maxLength(200, "at most 200 characters"), line));

/** `actor` and `target` are ids. */
export const auditQuery = v.object({ ...pageQuery, actor: filter, action: filter, target: filter });

export const auditRecordSchema = v.pipe(
  v.object({ id: uuidSchema, at: v.string(), ...eventData["audit.recorded"].entries }),
  v.metadata({ ref: "AuditRecord" }),
);
