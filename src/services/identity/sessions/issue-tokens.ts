import type { Caller, Scope } from "../../../platform/scope.ts";
import { signAccessToken } from "../../../platform/tokens.ts";
import { writeRefreshToken } from "./refresh-token.ts";

export interface IssuedTokens {
  readonly sessionId: string;
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
}

/** An access token for the caller and the refresh token of that generation of his session. */
export async function issueTokens({ deps }: Scope, caller: Caller, generation: number): Promise<IssuedTokens> {
  const { sessionId } = caller;
  return {
    sessionId,
    accessToken: await signAccessToken(deps.instance, caller),
    expiresIn: deps.config.ACCESS_TOKEN_TTL_SECONDS,
    refreshToken: writeRefreshToken(deps.config.REFRESH_SECRET, { sessionId, generation }),
  };
}
