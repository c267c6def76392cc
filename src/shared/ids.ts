import * as v from "valibot";

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Below and above every id that there is: where a walk by id begins. */
export const lowestUuid = "00000000-0000-0000-0000-000000000000";
export const highestUuid = "ffffffff-ffff-ffff-ffff-ffffffffffff";

export const isUuid = (text: string): boolean => uuidPattern.test(text);

export const uuidSchema = v.pipe(v.string(), v.regex(uuidPattern, "a UUID"), v.toLowerCase());

export const skuSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, "1 to 64 of A-Z a-z 0-9 . _ -"));

/** The smallest UUIDv7 of a moment, and all before it are smaller. */
export function firstId(moment: Date): string {
  const hex = moment.getTime().toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The UUID made of the first 16 bytes of a digest: version 8 (RFC 9562, section 5.8). */
export function uuidFromDigest(digest: Uint8Array): string {
  const bytes = digest.slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
