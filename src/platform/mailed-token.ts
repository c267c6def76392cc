import type { Config } from "./config.ts";
import { hmacSha256 } from "./hash.ts";

/** What a link in a mail is good for: whoever follows it reads the account's mail. */
export type TokenPurpose = "reset" | "verification";

/**
 * The token of a request, 32 bytes as base64url. It is made where the request is noted, which keeps its hash alone, and
 * made again where the mail is written: no table and no event holds it.
 */
export function mailedToken(
  { REFRESH_SECRET }: Pick<Config, "REFRESH_SECRET">,
  purpose: TokenPurpose,
  requestId: string,
): string {
  return hmacSha256(REFRESH_SECRET, `mail:${purpose}:${requestId}`);
}
