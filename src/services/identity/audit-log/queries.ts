import type { Handle } from "../../../platform/database.ts";

export interface AuditRow {
  readonly id: string;
  readonly at: string;
  readonly actorId: string;
  readonly actorKind: "user" | "api-key";
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly requestId: string;
  readonly address: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditFilters {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
}

/** Records that the filters let through, newest first, behind `before`. */
export async function auditPage(
  { sql: ask }: Handle,
  { actor, action, target }: AuditFilters,
  { before, limit }: { readonly before: string; readonly limit: number },
): Promise<AuditRow[]> {
  return ask<AuditRow[]>`
    select id, at, actor_id as "actorId", actor_kind as "actorKind", action, target_type as "targetType",
           target_id as "targetId", request_id as "requestId", address, detail
      from identity.audit_log
     where id < ${before} ${actor === undefined ? ask`` : ask`and actor_id = ${actor}`}
           ${action === undefined ? ask`` : ask`and action = ${action}`}
           ${target === undefined ? ask`` : ask`and target_id = ${target}`}
     order by id desc
     limit ${limit}`;
}
