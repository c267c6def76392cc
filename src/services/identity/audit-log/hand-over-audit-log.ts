import type { HandedOver } from "../../../contracts/ports.ts";
import { handedOver } from "../../../platform/handed-over.ts";
import { onPrimary, type Scope } from "../../../platform/scope.ts";
import { highestUuid } from "../../../shared/ids.ts";
import { presentRecord } from "./present-record.ts";
import { auditPage } from "./queries.ts";

const pageMax = 100;

/** A page of what the audit log has of the user's own doings, newest first. What they were done to may be another's. */
export async function handOverAuditLog(scope: Scope, userId: string, after: string | null): Promise<HandedOver> {
  const page = { before: after ?? highestUuid, limit: pageMax };
  const rows = await auditPage(onPrimary(scope, "identity"), { actor: userId }, page);
  const items = rows.map((row) => {
    const { target, detail: _, ...own } = presentRecord(row);
    return { ...own, target: target.id === userId ? target : { type: target.type } };
  });
  return handedOver(rows, pageMax, items);
}
