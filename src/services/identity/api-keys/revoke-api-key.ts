import { announceRevoked } from "../../../platform/api-keys.ts";
import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { revoke } from "./store.ts";

/**
 * Revokes an API key, on every instance within a second.
 * @throws Problem not-found
 */
export async function revokeApiKey(scope: Scope, id: string): Promise<void> {
  await forWriting(scope, "identity").sql.begin(async (tx) => {
    if (!(await revoke(tx, id))) throw new Problem("not-found", "There is no such API key, or it was revoked before.");
    const record = { action: "api-key.revoked", target: { type: "api-key", id } };
    await appendEvents(tx, scope, [auditEvent(scope, record)]);
  });
  await announceRevoked(scope, id);
}
