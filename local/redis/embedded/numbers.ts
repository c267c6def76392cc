import { notInteger, RedisError } from "./redis-error.ts";

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

export function isInt64(value: bigint): boolean {
  return value >= int64Min && value <= int64Max;
}

/** An int64 in the one spelling Redis takes: no plus, no leading zero, no space. */
function parseInt64(text: string): bigint | undefined {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return isInt64(value) ? value : undefined;
}

export function int64Argument(text: string, message = notInteger): bigint {
  const value = parseInt64(text);
  if (value === undefined) throw new RedisError(message);
  return value;
}

/** An integer that is only compared, counted or indexed with, so that a double is near enough. */
export function integerArgument(text: string): number {
  return Number(int64Argument(text));
}

export function toReply(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A number as C's strtod reads it, without hexadecimal; undefined where text is left over. */
export function parseDouble(text: string): number | undefined {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

export function scoreArgument(text: string): number {
  const score = parseDouble(text);
  const isOverflow = score !== undefined && !Number.isFinite(score) && /\d/.test(text);
  if (score === undefined || isOverflow) throw new RedisError("ERR value is not a valid float");
  return score;
}

/** C's `%.<precision>g`: how Redis 7.0 prints scores (17 digits) and Lua 5.1 prints numbers (14). */
export function formatG(value: number, precision: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", exponentText = "0"] = value.toExponential(precision - 1).split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < precision) return trimZeros(value.toFixed(precision - 1 - exponent));
  const sign = exponent < 0 ? "-" : "+";
  return `${trimZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function trimZeros(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
