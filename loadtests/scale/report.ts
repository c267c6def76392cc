import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "../results.ts";
import type { Facts } from "./machine.ts";
import type { Quotas } from "./quotas.ts";
import { reportHtml } from "./report-html.ts";
import type { Section } from "./section.ts";

export interface Report {
  readonly facts: Facts;
  /** In cores, by experiment. */
  readonly quotas: Readonly<Record<string, Quotas>>;
  readonly sections: readonly Section[];
  readonly results: readonly Result[];
  /** Why the run is not to be trusted; empty where it is. */
  readonly distrust: readonly string[];
  /** All that was measured. */
  readonly measured: unknown;
}

/** Writes `report.html` and `report.json` into a folder, made where missing. */
export async function writeReport(folder: string, report: Report): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await Bun.write(join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await Bun.write(join(folder, "report.html"), await reportHtml(report));
}
