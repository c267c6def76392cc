import type { ApiKey, IdentityPort } from "../../contracts/ports.ts";
import type { Statement } from "../../platform/coalesce.ts";
import { pgArray } from "../../platform/database.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { forWriting, onPrimary, type Scope } from "../../platform/scope.ts";
import { expiryOf } from "./api-keys/present-api-key.ts";
import { apiKeysByHash } from "./api-keys/queries.ts";
import { activeSessions, userByEmail } from "./queries.ts";

/** What the other services may ask of identity. */
export const identityPort: IdentityPort<Scope> = {
  sessionIsActive: (scope, userId, sessionId) => scope.deps.coalesce(sessionsActive, { userId, sessionId }),
  userIdOf: async (scope, email) => (await userByEmail(onPrimary(scope, "identity")).execute({ email }))[0]?.id,
  apiKeyOf: (scope, keyHash) => scope.deps.coalesce(keysOfHashes, keyHash),
  record: (scope, record) => forWriting(scope, "identity").sql.begin((tx) => appendEvents(tx, scope, [record])),
};

const bounds = { itemsMax: 200, weigh: () => 1, weightMax: 200, waitingMax: 2_000 } as const;

const sessionsActive: Statement<{ readonly userId: string; readonly sessionId: string }, boolean> = {
  ...bounds,
  run: async ({ databases }, asked) => {
    const ids = [...new Set(asked.map(({ sessionId }) => sessionId))];
    const active = await activeSessions(databases.of("identity").primary(), ids);
    const owners = new Map(active.map(({ id, userId }) => [id, userId]));
    return asked.map(({ userId, sessionId }) => owners.get(sessionId) === userId);
  },
};

const keysOfHashes: Statement<string, ApiKey | undefined> = {
  ...bounds,
  run: async ({ databases }, asked) => {
    const hashes = pgArray([...new Set(asked)]);
    const rows = await apiKeysByHash(databases.of("identity").primary()).execute({ hashes });
    const keys = new Map(
      rows.map(({ keyHash, expiresAt, ...key }) => [keyHash, { ...key, expiresAt: expiryOf(expiresAt) }]),
    );
    return asked.map((keyHash) => keys.get(keyHash));
  },
};
