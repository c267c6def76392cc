import { hmacSha256, sameText } from "../../../platform/hash.ts";
import { isUuid } from "../../../shared/ids.ts";

/** A place in a session's family of refresh tokens. */
export interface RefreshToken {
  readonly sessionId: string;
  /** 0 for the one of the log-in, then 1 more with each refresh. */
  readonly generation: number;
}

/** Derived, never stored: base64url of `<session>.<generation>.<HMAC of both>`. */
export function writeRefreshToken(secret: string, { sessionId, generation }: RefreshToken): string {
  const text = `${sessionId}.${generation}.${hmacSha256(secret, `${sessionId}:${generation}`)}`;
  return Buffer.from(text).toString("base64url");
}

/** Undefined for what we never wrote. */
export function readRefreshToken(secret: string, text: string): RefreshToken | undefined {
  const [sessionId = "", digits = ""] = Buffer.from(text, "base64url").toString().split(".");
  if (!isUuid(sessionId) || !/^\d{1,9}$/.test(digits)) return undefined;
  const token = { sessionId, generation: Number(digits) };
  return sameText(writeRefreshToken(secret, token), text) ? token : undefined;
}
