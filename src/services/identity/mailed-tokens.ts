import type { Transaction } from "../../platform/database.ts";
import { sha256 } from "../../platform/hash.ts";
import { mailedToken, type TokenPurpose } from "../../platform/mailed-token.ts";
import type { Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { insertMailedToken } from "./passwords/store.ts";

const lifeSeconds: Readonly<Record<TokenPurpose, number>> = { reset: 30 * 60, verification: 24 * 3600 };

/** Notes that a link is to be mailed to the user; answers the request's id, of which the mail's writer makes the token. */
export async function noteMailedToken(
  tx: Transaction,
  { deps }: Scope,
  userId: string,
  purpose: TokenPurpose,
): Promise<string> {
  const id = crypto.randomUUID();
  const tokenHash = hashOfMailed(mailedToken(deps.config, purpose, id));
  await insertMailedToken(tx, { id, userId, purpose, tokenHash, lifeSeconds: lifeSeconds[purpose] });
  return id;
}

/** As it is stored. */
export function hashOfMailed(token: string): string {
  return sha256(token);
}

/** In the same words whether it was never given, was used or has expired. */
export function invalidToken(): Problem {
  return new Problem("token-invalid", "This link is unknown, used or expired; ask for a new one.");
}
