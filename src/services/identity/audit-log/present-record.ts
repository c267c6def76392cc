import { rfc3339 } from "../../../shared/times.ts";
import type { AuditRow } from "./queries.ts";

/** A record of the audit log as api.md shows it. */
export function presentRecord({ at, actorId, actorKind, targetType, targetId, ...row }: AuditRow) {
  return {
    ...row,
    at: rfc3339(at),
    actor: { id: actorId, kind: actorKind },
    target: { type: targetType, id: targetId },
  };
}
