import { read } from "../../../platform/consistency/read.ts";
import type { Caller, Scope } from "../../../platform/scope.ts";
import { highestUuid } from "../../../shared/ids.ts";
import { rfc3339 } from "../../../shared/times.ts";
import { sessionPage } from "../queries.ts";
import type { Session } from "../schemas.ts";

/** The caller's sessions that stand, newest first, behind the one named `before`; one more than `limit` if there is. */
export async function listSessions(
  scope: Scope,
  { userId, sessionId }: Caller,
  { before = highestUuid, limit }: { readonly before?: string | undefined; readonly limit: number },
): Promise<Session[]> {
  const rows = await read(scope, "identity", (db) => sessionPage(db).execute({ userId, before, limit: limit + 1 }));
  return rows.map((row) => ({
    ...row,
    createdAt: rfc3339(row.createdAt),
    lastUsedAt: rfc3339(row.lastUsedAt),
    current: row.id === sessionId,
  }));
}
