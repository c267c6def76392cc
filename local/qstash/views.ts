import { createHash } from "node:crypto";
import type { Message } from "./message.ts";

/** A stored message as the API shows it: text or base64 body, fields to redact replaced by their hash. */
export function describeMessage(message: Message, body: Uint8Array): object {
  const { callbackOptions, failureCallbackOptions, timeoutMs, redact = [], ...shown } = message;
  return {
    ...shown,
    timeout: timeoutMs === undefined ? undefined : timeoutMs / 1000,
    header: redactHeader(message.header, redact),
    ...(redact.includes("body") ? { body: redacted(body) } : describeBody(body)),
  };
}

/** `{body}` where the bytes are UTF-8, `{bodyBase64}` where they are not. */
export function describeBody(bytes: Uint8Array): { body: string } | { bodyBase64: string } {
  try {
    return { body: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { bodyBase64: Buffer.from(bytes).toString("base64") };
  }
}

function redactHeader(header: Record<string, string[]>, redact: string[]): Record<string, string[]> {
  if (redact.length === 0) return header;
  const all = redact.includes("header") || redact.includes("headers");
  const names = new Set(redact.map((field) => /^headers?\[(.+)\]$/.exec(field)?.[1]?.toLowerCase()));
  return Object.fromEntries(
    Object.entries(header).map(([name, values]) =>
      all || names.has(name.toLowerCase()) ? [name, values.map(redacted)] : [name, values],
    ),
  );
}

function redacted(value: string | Uint8Array): string {
  return `REDACTED:${createHash("sha256").update(value).digest("hex")}`;
}
