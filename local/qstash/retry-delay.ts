import { durationMs } from "./durations.ts";
import { evaluateRetryExpression } from "./retry-expression.ts";

const dayMs = 86_400_000;
const overridingHeaders = [
  "retry-after",
  "x-ratelimit-reset",
  "x-ratelimit-reset-requests",
  "x-ratelimit-reset-tokens",
];

/**
 * Milliseconds until the next attempt, after `retried` retries were spent: what the response asks for (at most a day),
 * else the message's own expression, else the documented backoff of e^(2.5 n) seconds (upstash docs, features/retry).
 */
export function retryDelayMs(
  retried: number,
  expression: string | undefined,
  responseHeaders: Headers | undefined,
  now: number,
): number {
  return askedFor(responseHeaders, now) ?? expressed(expression, retried) ?? backoffMs(retried + 1);
}

function askedFor(headers: Headers | undefined, now: number): number | undefined {
  for (const name of overridingHeaders) {
    const value = headers?.get(name)?.trim();
    const delay = value ? waitMs(value, now) : undefined;
    if (delay !== undefined && delay <= dayMs) return delay;
  }
  return undefined;
}

function waitMs(value: string, now: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const duration = durationMs(value);
  if (duration !== undefined) return duration;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function expressed(expression: string | undefined, retried: number): number | undefined {
  if (expression === undefined) return undefined;
  const delay = evaluateRetryExpression(expression, retried);
  return Number.isNaN(delay) ? undefined : Math.min(dayMs, Math.max(0, delay));
}

function backoffMs(retry: number): number {
  return Math.min(dayMs, Math.floor(Math.exp(2.5 * retry)) * 1000);
}
