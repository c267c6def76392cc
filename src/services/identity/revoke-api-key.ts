import { announceRevoked } from "../../platform/api-keys.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { revoke } from "./api-key-store.ts";

/**
 * Revokes an API key, on every instance within a second.
 * @throws Problem not-found
 */
export async function revokeApiKey(scope: Scope, id: string): Promise<void> {
  if (!(await revoke(forWriting(scope, "identity"), id)))
    throw new Problem("not-found", "There is no such API key, or it was revoked before.");
  await announceRevoked(scope, id);
}
