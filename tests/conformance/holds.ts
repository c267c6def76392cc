/** Whether the value has all that is expected of it, and perhaps more in its objects. */
export function holds(value: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return value === expected;
  if (typeof value !== "object" || value === null) return false;
  const has = Object.entries(expected).every(([name, of]) => holds((value as Record<string, unknown>)[name], of));
  return has && (!Array.isArray(expected) || (Array.isArray(value) && value.length === expected.length));
}
