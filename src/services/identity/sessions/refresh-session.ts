import type { Handle } from "../../../platform/database.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { announceEnded } from "../../../platform/sessions.ts";
import { Problem } from "../../../shared/errors.ts";
import { type FamilyRow, familyOf } from "../queries.ts";
import { endSession, rotate } from "../store.ts";
import { type IssuedTokens, issueTokens } from "./issue-tokens.ts";
import { type RefreshToken, readRefreshToken } from "./refresh-token.ts";

/**
 * Trades a refresh token for its successor and a new access token. For 10 s, and while the successor is unused, the
 * spent token answers the same successor, so that parallel tabs and lost answers log nobody out. Any older one was
 * stolen or is in the wrong hands: it ends the session.
 * @throws Problem refresh-token-invalid, session-revoked
 */
export async function refreshSession(scope: Scope, refreshToken: string): Promise<IssuedTokens> {
  const shown = readRefreshToken(scope.deps.config.REFRESH_SECRET, refreshToken);
  if (!shown) throw unknownToken();
  const { sessionId, generation } = shown;
  const db = forWriting(scope, "identity");
  const user = (await rotate(db, sessionId, generation)) ?? (await spentJustNow(scope, db, shown));
  const { userId, role, region, authTime } = user;
  return issueTokens(scope, { userId, sessionId, role, region, authTime }, generation + 1);
}

/** The family of a token that was not the newest, where it may still be shown. */
async function spentJustNow(scope: Scope, db: Handle, shown: RefreshToken): Promise<FamilyRow> {
  const family = await familyOf(db, shown.sessionId);
  if (!family || family.expired) throw unknownToken();
  if (family.ended) throw revoked();
  if (family.generation === shown.generation + 1 && family.justRotated) return family;
  await endSession(db, family.userId, shown.sessionId);
  await announceEnded(scope, [shown.sessionId]);
  scope.log.warn("refresh token reused, session ended", { sessionId: shown.sessionId, userId: family.userId });
  throw revoked();
}

function unknownToken(): Problem {
  return new Problem("refresh-token-invalid", "The refresh token is unknown or expired; log in again.");
}

function revoked(): Problem {
  return new Problem("session-revoked", "The session was ended, or its refresh token was reused; log in again.");
}
