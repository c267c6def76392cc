import { makeApiKey } from "../../platform/api-keys.ts";
import { type Caller, forWriting, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import type { ApiKeyBody, MadeApiKey } from "./api-key-schemas.ts";
import { insertApiKey } from "./api-key-store.ts";
import { presentApiKey } from "./present-api-key.ts";

/** That stand at the same time. */
const standingMax = 100;

/** Makes an API key and tells it, this once: what is stored is its digest. @throws Problem limit-reached */
export async function createApiKey(
  scope: Scope,
  { userId: createdBy }: Caller,
  { name, scopes, expiresAt }: ApiKeyBody,
): Promise<MadeApiKey> {
  const { text, hash: keyHash, prefix } = makeApiKey();
  const fields = { name, prefix, scopes, createdBy };
  const inserted = await forWriting(scope, "identity").sql.begin((tx) =>
    insertApiKey(tx, { ...fields, keyHash, expiresAt: expiresAt ?? null }, standingMax),
  );
  if (inserted === undefined)
    throw new Problem("limit-reached", `There are ${standingMax} API keys; revoke one first.`, { limit: standingMax });
  return { ...presentApiKey({ ...fields, ...inserted }), key: text };
}
