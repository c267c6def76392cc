import { parseDouble } from "./numbers.ts";
import { RedisError } from "./redis-error.ts";

type Bound = { readonly value: number; readonly isOpen: boolean };
type ScoreRange = { readonly min: Bound; readonly max: Bound };

/** `1.5`, `(1.5` (exclusive), `-inf`, `+inf`. Throws what is no number. */
export function scoreRange(min: string, max: string): ScoreRange {
  return { min: bound(min), max: bound(max) };
}

export function within({ min, max }: ScoreRange, score: number): boolean {
  const isAboveMin = min.isOpen ? score > min.value : score >= min.value;
  return isAboveMin && (max.isOpen ? score < max.value : score <= max.value);
}

function bound(text: string): Bound {
  const isOpen = text.startsWith("(");
  const number = isOpen ? text.slice(1) : text;
  const value = number === "" ? 0 : parseDouble(number); // C's strtod reads nothing as 0
  if (value === undefined) throw new RedisError("ERR min or max is not a float");
  return { value, isOpen };
}
