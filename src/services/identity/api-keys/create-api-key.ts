import { makeApiKey } from "../../../platform/api-keys.ts";
import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { type Caller, forWriting, type Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { presentApiKey } from "./present-api-key.ts";
import type { ApiKeyBody, MadeApiKey } from "./schemas.ts";
import { holdAdmin, insertApiKey } from "./store.ts";

/** That stand at the same time. */
const standingMax = 100;

/**
 * Makes an API key and tells it, this once: what is stored is its digest. It outlives its maker's rights, so they are
 * looked at again here: a session may stand for a moment after they were taken away.
 * @throws Problem forbidden, limit-reached
 */
export async function createApiKey(
  scope: Scope,
  { userId: createdBy }: Caller,
  { name, scopes, expiresAt }: ApiKeyBody,
): Promise<MadeApiKey> {
  const { text, hash: keyHash, prefix } = makeApiKey();
  const fields = { name, prefix, scopes, createdBy };
  const inserted = await forWriting(scope, "identity").sql.begin(async (tx) => {
    if (!(await holdAdmin(tx, createdBy))) throw new Problem("forbidden", "You are an admin no more.");
    const made = await insertApiKey(tx, { ...fields, keyHash, expiresAt: expiresAt ?? null }, standingMax);
    if (made === undefined) return undefined;
    const record = {
      action: "api-key.made",
      target: { type: "api-key", id: made.id },
      detail: { name, prefix, scopes },
    };
    await appendEvents(tx, scope, [auditEvent(scope, record)]);
    return made;
  });
  if (inserted === undefined)
    throw new Problem("limit-reached", `There are ${standingMax} API keys; revoke one first.`, { limit: standingMax });
  return { ...presentApiKey({ ...fields, ...inserted }), key: text };
}
