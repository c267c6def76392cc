import { type Caller, forWriting, type Scope } from "../../platform/scope.ts";
import { announceEnded } from "../../platform/sessions.ts";
import { Problem } from "../../shared/errors.ts";
import { endSession } from "./store.ts";

/**
 * Ends one of the caller's sessions, on every instance within a second.
 * @throws Problem not-found, session-revoked where it is the caller's own and was ended beside it
 */
export async function logOut(scope: Scope, caller: Caller, sessionId: string): Promise<void> {
  const ended = await endSession(forWriting(scope, "identity"), caller.userId, sessionId);
  if (!ended && sessionId === caller.sessionId)
    throw new Problem("session-revoked", "The session of this token has ended; log in again.");
  if (!ended) throw new Problem("not-found", "You have no such session.");
  await announceEnded(scope, [sessionId]);
}
