import type { IdentityPort } from "../../contracts/ports.ts";
import type { Statement } from "../../platform/coalesce.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { activeSessions, userByEmail } from "./queries.ts";

/** What the other services may ask of identity. */
export const identityPort: IdentityPort<Scope> = {
  sessionIsActive: (scope, userId, sessionId) => scope.deps.coalesce(sessionsActive, { userId, sessionId }),
  userIdOf: async (scope, email) => (await userByEmail(onPrimary(scope, "identity")).execute({ email }))[0]?.id,
};

const sessionsActive: Statement<{ readonly userId: string; readonly sessionId: string }, boolean> = {
  run: async ({ databases }, asked) => {
    const ids = [...new Set(asked.map(({ sessionId }) => sessionId))];
    const active = await activeSessions(databases.of("identity").primary(), ids);
    const owners = new Map(active.map(({ id, userId }) => [id, userId]));
    return asked.map(({ userId, sessionId }) => owners.get(sessionId) === userId);
  },
  itemsMax: 200,
  weigh: () => 1,
  weightMax: 200,
  waitingMax: 2_000,
};
