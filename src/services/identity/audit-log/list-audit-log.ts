import { readNewest } from "../../../platform/consistency/read.ts";
import type { Scope } from "../../../platform/scope.ts";
import { type AuditFilters, type AuditRow, auditPage } from "./queries.ts";

/** Who did what, newest first, behind the record `before`; one more than `limit` where there are more. */
export async function listAuditLog(
  scope: Scope,
  filters: AuditFilters,
  { before, limit }: { readonly before: string; readonly limit: number },
): Promise<AuditRow[]> {
  return await readNewest(scope, "identity", (db) => auditPage(db, filters, { before, limit: limit + 1 }));
}
