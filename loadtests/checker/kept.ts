import type { Result } from "../results.ts";

/** A promise, and how many things break it. */
export interface Check {
  readonly name: string;
  readonly violations: number;
}

export function kept(name: string, violations: number): Check {
  return { name, violations };
}

/** As a row of a proof's table. */
export function asResult({ name, violations }: Check): Result {
  return { name, value: violations, unit: "violations", goal: "==0", pass: violations === 0 };
}
