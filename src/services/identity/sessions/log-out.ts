import { type Caller, forWriting, onPrimary, type Scope } from "../../../platform/scope.ts";
import { announceEnded } from "../../../platform/sessions.ts";
import { Problem } from "../../../shared/errors.ts";
import { activeSessions } from "../queries.ts";
import { endSession } from "../store.ts";

/**
 * Ends one of the caller's sessions, on every instance within a second.
 * @throws Problem not-found; session-revoked where the caller's own was ended beside it, which an instance may not know yet
 */
export async function logOut(scope: Scope, { userId, sessionId: own }: Caller, sessionId: string): Promise<void> {
  if (await endSession(forWriting(scope, "identity"), userId, sessionId))
    return await announceEnded(scope, [sessionId]);
  if ((await activeSessions(onPrimary(scope, "identity"), [own])).length === 0)
    throw new Problem("session-revoked", "The session of this token has ended; log in again.");
  throw new Problem("not-found", "You have no such session.");
}
