import type { Plot } from "./plot.ts";

/** One experiment in the report. */
export interface Section {
  readonly title: string;
  /** What was done, and what came of it. */
  readonly text: readonly string[];
  readonly plots: readonly Plot[];
  readonly table: Table;
}

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
