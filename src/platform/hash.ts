import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { uuidFromDigest } from "../shared/ids.ts";

/** SHA-256 of the text, base64url. Synchronous on both runtimes, unlike WebCrypto: it is on the order's path. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

export function hmacSha256(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("base64url");
}

/** The id derived from a scope and a key: the same parts always give the same UUIDv8 (RFC 9562, section 5.8). */
export function derivedId(...parts: readonly string[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest();
  return uuidFromDigest(digest);
}

/** Compares in constant time, whatever the lengths. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest()];
  return timingSafeEqual(left, right);
}

/** JSON with sorted keys and without undefined members: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
