import { durationMs } from "./durations.ts";
import type { CallbackOptions, MessageOptions } from "./message.ts";
import { Refusal } from "./refusal.ts";
import { evaluateRetryExpression } from "./retry-expression.ts";

/** What the `Upstash-*` headers of a publish, enqueue, batch item or schedule say. */
export type PublishOptions = {
  message: MessageOptions;
  delayMs: number;
  /** Milliseconds since 1970; wins over the delay. */
  notBefore?: number;
  deduplicationId?: string;
  contentBasedDeduplication: boolean;
};

const methods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);
const yearMs = 365 * 86_400_000;
const periodSecondsMax = 7 * 86_400;

/** Reads a publisher's headers (upstash docs, openapi); a value that makes no sense is refused with 400. */
export function readOptions(headers: Headers): PublishOptions {
  const labels = list(headers.get("upstash-label"));
  const callback = destination(headers, "upstash-callback");
  const failureCallback = destination(headers, "upstash-failure-callback");
  const notBeforeSeconds = integer(headers, "upstash-not-before");
  return {
    message: {
      ...delivery(headers, "upstash-"),
      header: forwarded(headers, "upstash-forward-", headers.get("content-type")),
      maxRetries: integer(headers, "upstash-retries") ?? 3,
      callback,
      callbackOptions: callback ? readCallback(headers, "upstash-callback-") : undefined,
      failureCallback,
      failureCallbackOptions: failureCallback ? readCallback(headers, "upstash-failure-callback-") : undefined,
      ...flowControl(headers),
      label: labels[0],
      labels: labels.length > 0 ? labels : undefined,
      redact: optionalList(headers.get("upstash-redact-fields")),
    },
    delayMs: duration(headers, "upstash-delay") ?? 0,
    notBefore: notBeforeSeconds === undefined ? undefined : notBeforeSeconds * 1000,
    deduplicationId: headers.get("upstash-deduplication-id") ?? undefined,
    contentBasedDeduplication: headers.get("upstash-content-based-deduplication")?.toLowerCase() === "true",
  };
}

/** `parallelism=2, rate=5, period=1m`; a key alone, or limits alone, is refused. */
function flowControl(headers: Headers): Pick<MessageOptions, "flowControlKey" | "parallelism" | "rate" | "period"> {
  const key = headers.get("upstash-flow-control-key");
  if (!key) return {};
  const limits = new Map(list(headers.get("upstash-flow-control-value")).map((part) => pair(part)));
  const parallelism = limit(limits.get("parallelism"), "parallelism");
  const rate = limit(limits.get("rate"), "rate");
  if (!parallelism && !rate) throw new Refusal(400, "flow control needs parallelism or rate");
  return { flowControlKey: key, parallelism, rate, period: periodSeconds(limits.get("period") ?? "1s") };
}

/** Seconds of a flow control period, given as a number of seconds or a duration; 1 s to a week. */
export function periodSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : (durationMs(text) ?? 0) / 1000;
  if (seconds < 1 || seconds > periodSecondsMax) throw new Refusal(400, `invalid flow control period: ${text}`);
  return Math.floor(seconds);
}

function readCallback(headers: Headers, prefix: string): CallbackOptions {
  return {
    ...delivery(headers, prefix),
    header: forwarded(headers, `${prefix}forward-`, "application/json"),
    retries: integer(headers, `${prefix}retries`),
  };
}

function delivery(
  headers: Headers,
  prefix: string,
): Pick<CallbackOptions, "method" | "retryDelayExpression" | "timeoutMs"> {
  const method = headers.get(`${prefix}method`)?.toUpperCase() ?? "POST";
  if (!methods.has(method)) throw new Refusal(400, `invalid method: ${method}`);
  return {
    method,
    retryDelayExpression: retryDelay(headers, `${prefix}retry-delay`),
    timeoutMs: duration(headers, `${prefix}timeout`),
  };
}

function forwarded(headers: Headers, prefix: string, contentType: string | null): Record<string, string[]> {
  const sent: Record<string, string[]> = contentType ? { "Content-Type": [contentType] } : {};
  for (const [name, value] of headers) {
    if (name.startsWith(prefix)) sent[titleCase(name.slice(prefix.length))] = [value];
  }
  return sent;
}

function retryDelay(headers: Headers, name: string): string | undefined {
  const expression = headers.get(name)?.trim();
  if (!expression) return undefined;
  try {
    evaluateRetryExpression(expression, 0);
  } catch (error) {
    throw new Refusal(400, `invalid ${name}: ${error instanceof Error ? error.message : "not an expression"}`);
  }
  return expression;
}

function destination(headers: Headers, name: string): string | undefined {
  const url = headers.get(name);
  if (!url) return undefined;
  if (!isHttpUrl(url)) throw new Refusal(400, `invalid ${name}: not an http(s) URL`);
  return url;
}

export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

function integer(headers: Headers, name: string): number | undefined {
  const text = headers.get(name);
  if (text === null || text === "") return undefined;
  if (!/^\d{1,12}$/.test(text)) throw new Refusal(400, `invalid ${name}: ${text}`);
  return Number(text);
}

function duration(headers: Headers, name: string): number | undefined {
  const text = headers.get(name);
  if (text === null || text === "") return undefined;
  const ms = durationMs(text);
  if (ms === undefined || ms > yearMs) throw new Refusal(400, `invalid ${name}: ${text}`);
  return ms;
}

function limit(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refusal(400, `invalid flow control ${name}: ${text}`);
  return Number(text);
}

function pair(part: string): [string, string] {
  const [name = "", value = ""] = part.split("=");
  return [name.trim().toLowerCase(), value.trim()];
}

function list(text: string | null): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function optionalList(text: string | null): string[] | undefined {
  const parts = list(text);
  return parts.length > 0 ? parts : undefined;
}

function titleCase(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}
