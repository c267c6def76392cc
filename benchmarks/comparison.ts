import type { Shop } from "../loadtests/lab/shop.ts";
import type { Result } from "../loadtests/results.ts";

/** What a run of benchmarks gives each of its comparisons. */
export interface Bench {
  /** Of each round. */
  readonly seconds: number;
  /** Of each of the two sides that alternate. */
  readonly rounds: number;
  /** The shop that the comparisons share, opened when the first one asks. */
  readonly shop: () => Promise<Shop>;
  readonly say: (line: string) => void;
}

export interface Outcome {
  readonly results: readonly Result[];
  /** Why the figures are not to be trusted; empty where they are. */
  readonly distrust: readonly string[];
}

export type Comparison = (bench: Bench) => Promise<Outcome>;

/** A figure without a goal. */
export function reported(name: string, value: number, unit: string): Result {
  return { name, value, unit, goal: null, pass: true };
}

export function atLeast(name: string, value: number, unit: string, goal: number): Result {
  return { name, value, unit, goal: `>=${goal}`, pass: value >= goal };
}

/** For what is counted: the goal itself keeps it. */
export function atMost(name: string, value: number, unit: string, goal: number): Result {
  return { name, value, unit, goal: `<=${goal}`, pass: value <= goal };
}

export function below(name: string, value: number, unit: string, goal: number): Result {
  return { name, value, unit, goal: `<${goal}`, pass: value < goal };
}
