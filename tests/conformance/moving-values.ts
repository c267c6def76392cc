import { sha256 } from "../../src/platform/hash.ts";
import type { Answer, Runtime } from "./exchange.ts";

/** An answer amid those of its scenario. */
export interface Answered {
  readonly answer: Answer;
  /** Those before it, the first one first. */
  readonly earlier: readonly Answer[];
  readonly runtime: Runtime;
}

/** Whole seconds left of a window of so many seconds at some moment between the request and its answer. */
export function isSecondsLeft(seconds: number, windowSeconds: number, { sentAt, answeredAt }: Answer): boolean {
  const [first, last] = [Math.floor(sentAt / 1000), Math.floor(answeredAt / 1000)];
  const moments = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return moments.some((moment) => windowSeconds - (moment % windowSeconds) === seconds);
}

/**
 * `"user";r=599;t=60`: t by the clock; r less than at the last answer to the same buyer in the same window, by as many
 * requests as were sent since. At the first one (repetitions may lie in the window before), and where several instances
 * lease, within what can have been used.
 */
export function isRateLimit(field: string, { answer, earlier, runtime: { instances } }: Answered): boolean {
  const now = limitOf(answer, field);
  if (now === undefined || !isSecondsLeft(now.seconds, now.windowSeconds, answer)) return false;
  const used = now.quota - now.rest;
  const leasedByOthers = (instances - 1) * Math.ceil(now.quota / leasesPerWindow);
  if (used < 1 || used > requestsMax + leasedByOthers) return false;
  const last = earlier.findLastIndex((before) => isSameCount(before, answer, now));
  const known = last < 0 ? undefined : limitsOf(earlier[last]).find(({ name }) => name === now.name);
  if (instances > 1 || known === undefined) return true;
  const sent = earlier.slice(last + 1).reduce((sum, { attempts }) => sum + attempts, answer.attempts);
  return now.rest <= Math.max(0, known.rest - answer.attempts) && now.rest >= known.rest - sent;
}

/** Of a scenario's own and those before it within a minute, repetitions included. */
const requestsMax = 2_000;
/** An instance leases so large a part of the quota at a time. */
const leasesPerWindow = 20;

interface Limit {
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
  readonly rest: number;
  readonly seconds: number;
}

function limitOf(answer: Answer, field: string): Limit | undefined {
  const [, name = "", rest, seconds] = /^"(\w+)";r=(\d+);t=(\d+)$/.exec(field) ?? [];
  const policies = answer.headers["ratelimit-policy"] ?? "";
  const [, quota, windowSeconds] = new RegExp(`"${name}";q=(\\d+);w=(\\d+)`).exec(policies) ?? [];
  if (rest === undefined || quota === undefined) return undefined;
  const [restNumber, quotaNumber] = [Number(rest), Number(quota)];
  return { name, quota: quotaNumber, windowSeconds: Number(windowSeconds), rest: restNumber, seconds: Number(seconds) };
}

function limitsOf(answer: Answer | undefined): Limit[] {
  if (answer === undefined) return [];
  const fields = (answer.headers.ratelimit ?? "").split(", ");
  return fields.flatMap((field) => limitOf(answer, field) ?? []);
}

/** Whether an earlier answer told the same buyer of the same window of the limit. */
function isSameCount(before: Answer, answer: Answer, { name, windowSeconds }: Limit): boolean {
  const windowOf = (moment: number) => Math.floor(moment / (windowSeconds * 1000));
  const windows = [before.sentAt, before.answeredAt, answer.sentAt, answer.answeredAt].map(windowOf);
  const { by } = answer.recorded;
  return (
    by !== undefined &&
    before.recorded.by === by &&
    new Set(windows).size === 1 &&
    limitsOf(before).some((limit) => limit.name === name)
  );
}

const failedLogInsSeconds = 15 * 60;

/** Until the limit's window ends; after failed log-ins until 15 minutes after the first of them. */
export function isRetryAfter(value: string, { answer, earlier }: Answered): boolean {
  const seconds = Number(value);
  if (answer.recorded.problem === "rate-limited") {
    const [, windowSeconds] = /;w=(\d+)$/.exec(answer.headers["ratelimit-policy"] ?? "") ?? [];
    return isSecondsLeft(seconds, Number(windowSeconds), answer);
  }
  if (answer.recorded.problem !== "too-many-attempts") return false;
  const passed = Math.ceil((answer.answeredAt - (earlier[0] ?? answer).sentAt) / 1000);
  return seconds <= failedLogInsSeconds && seconds >= failedLogInsSeconds - passed;
}

/**
 * A digest of the very bytes that it came with; without bytes (304, HEAD) that of an earlier answer. Who loaded a list
 * into Redis made its digest, over its own PUBLIC_URL.
 */
export function isDigest(value: string, { answer, earlier, runtime }: Answered): boolean {
  const isOf = ({ text }: Answer) =>
    text !== "" &&
    [runtime.publicUrl, ...runtime.redisSharedWith].some(
      (url) => sha256(text.replaceAll(runtime.publicUrl, url)).slice(0, value.length) === value,
    );
  return answer.text === "" ? earlier.some(isOf) : isOf(answer);
}
