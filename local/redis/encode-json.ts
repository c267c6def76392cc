import { fromBinary, isFailure, isStatus, type Reply } from "./reply.ts";

/**
 * A reply as the REST protocol writes it: `{"result":…}` or `{"error":…}`. With base64 all strings are encoded
 * but the OK status at the top (one in an array is encoded: the official client decodes it there).
 */
export function encodeJson(reply: Reply, base64: boolean): string {
  if (isFailure(reply)) return errorJson(fromBinary(reply.error));
  if (isStatus(reply) && reply.status === "OK") return '{"result":"OK"}';
  return `{"result":${value(reply, base64)}}`;
}

/** An error body; `message` is text, not bytes. */
export function errorJson(message: string): string {
  return JSON.stringify({ error: message });
}

function value(reply: Reply, base64: boolean): string {
  if (reply === null) return "null";
  if (typeof reply === "string") return text(reply, base64);
  if (typeof reply === "number" || typeof reply === "bigint") return String(reply);
  if (Array.isArray(reply)) return `[${reply.map((item) => value(item, base64)).join(",")}]`;
  return text(isFailure(reply) ? reply.error : reply.status, base64);
}

function text(bytes: string, base64: boolean): string {
  return base64 ? `"${btoa(bytes)}"` : JSON.stringify(fromBinary(bytes));
}
