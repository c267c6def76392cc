import type { HandedOver } from "../../../contracts/ports.ts";
import { handedOver } from "../../../platform/handed-over.ts";
import { type Caller, onPrimary, type Scope } from "../../../platform/scope.ts";
import { highestUuid } from "../../../shared/ids.ts";
import { rfc3339 } from "../../../shared/times.ts";
import { allSessionsPage } from "../queries.ts";

const pageMax = 100;

/** A page of the caller's sessions, newest first, also of those that ended and are kept still. */
export async function handOverSessions(
  scope: Scope,
  { userId, sessionId }: Caller,
  after: string | null,
): Promise<HandedOver> {
  const asked = { userId, before: after ?? highestUuid, limit: pageMax };
  const rows = await allSessionsPage(onPrimary(scope, "identity")).execute(asked);
  const items = rows.map((row) => ({
    ...row,
    createdAt: rfc3339(row.createdAt),
    lastUsedAt: rfc3339(row.lastUsedAt),
    endedAt: row.endedAt === null ? null : rfc3339(row.endedAt),
    current: row.id === sessionId,
  }));
  return handedOver(rows, pageMax, items);
}
