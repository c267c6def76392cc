import { int64Argument } from "./numbers.ts";
import { RedisError } from "./redis-error.ts";

export type ExpiryUnit = "ex" | "px" | "exat" | "pxat";

const int64Max = 2n ** 63n - 1n;

/** The moment (ms of the epoch) a SET or SETEX argument names. Throws what is no integer, not positive or too far. */
export function expiryFrom(command: string, unit: ExpiryUnit, text: string): number {
  const amount = int64Argument(text);
  const at = absolute(unit, amount);
  if (amount <= 0n || at === undefined) throw invalidExpiry(command);
  return at;
}

/** Like expiryFrom, but a moment in the past is one (EXPIRE deletes then). */
export function momentFrom(command: string, unit: ExpiryUnit, text: string): number {
  const at = absolute(unit, int64Argument(text));
  if (at === undefined) throw invalidExpiry(command);
  return at;
}

function absolute(unit: ExpiryUnit, amount: bigint): number | undefined {
  const ms = unit.startsWith("ex") ? amount * 1000n : amount;
  const at = unit.endsWith("at") ? ms : ms + BigInt(Date.now());
  const isTooFar = ms > int64Max || ms < -int64Max || at > int64Max;
  return isTooFar ? undefined : Number(at);
}

function invalidExpiry(command: string): RedisError {
  return new RedisError(`ERR invalid expire time in '${command}' command`);
}
