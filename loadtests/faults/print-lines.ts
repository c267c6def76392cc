import type { Line } from "./judge-row.ts";

/** The table of faults, in Markdown, as a README shows it. */
export function printLines(lines: readonly Line[]): void {
  console.log("| fault | what clients saw | clients back after | events back after | invariants |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const { fault, seen, clientsBack, eventsBack, invariants } of lines)
    console.log(`| ${fault} | ${seen} | ${clientsBack} | ${eventsBack} | ${invariants} |`);
}
