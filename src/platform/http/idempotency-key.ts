import { Problem } from "../../shared/errors.ts";
import type { AppContext } from "./app-env.ts";

/**
 * The request's Idempotency-Key: 1 to 255 visible ASCII characters, quoted (structured field) or bare.
 * @throws Problem idempotency-key-missing, idempotency-key-invalid
 */
export function idempotencyKey(c: AppContext): string {
  const header = c.req.header("idempotency-key");
  if (header === undefined || header === "")
    throw new Problem("idempotency-key-missing", "Send an Idempotency-Key header, the same for each retry.");
  const key = /^"[^"]*"$/.test(header) ? header.slice(1, -1) : header;
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new Problem("idempotency-key-invalid", "The key must be 1 to 255 visible ASCII characters.");
  return key;
}
