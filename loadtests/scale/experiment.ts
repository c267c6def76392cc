import type { Result } from "../results.ts";
import type { Lab } from "./lab.ts";
import type { Quotas } from "./quotas.ts";
import type { Section } from "./section.ts";

export interface ExperimentSettings {
  /** How many instances each fleet has. */
  readonly fleets: readonly number[];
  /** Journeys of each probe that count, at least. */
  readonly samples: number;
  /** Of the rate that is given as the answer, an odd number. */
  readonly tries: number;
}

export interface Outcome {
  readonly sections: readonly Section[];
  readonly results: readonly Result[];
  /** Why the figures are not to be trusted; empty where they are. */
  readonly distrust: readonly string[];
  readonly quotas: Readonly<Record<string, Quotas>>;
  /** All that was measured, for `report.json`. */
  readonly measured: Readonly<Record<string, unknown>>;
}

export type Experiment = (lab: Lab, settings: ExperimentSettings) => Promise<Outcome>;
