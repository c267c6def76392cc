import type { Caller, Scope } from "./scope.ts";
import { announceAllEnded, stateOf } from "./standing.ts";

/**
 * Whether the caller's session stands. One that was ended is refused everywhere within a second. Where neither Redis nor
 * the database can be asked, the token's own signature and expiry decide, so that reads go on during an outage: only an
 * explicit "ended" refuses.
 */
export async function sessionStands(scope: Scope, { userId, sessionId }: Caller): Promise<boolean> {
  const ask = () => scope.deps.ports.identity.sessionIsActive(scope, userId, sessionId);
  return (await stateOf(scope, { name: nameOf(sessionId), ask })) !== "ended";
}

/** Tells every instance that these sessions ended. Called after the database has committed it. */
export async function announceEnded(scope: Scope, sessionIds: readonly string[]): Promise<void> {
  await announceAllEnded(scope, sessionIds.map(nameOf));
}

const nameOf = (sessionId: string): string => `session:${sessionId}`;
