/** One figure of a proof. Without a goal it informs and always passes. */
export interface Result {
  name: string;
  value: number;
  unit: string;
  goal: string | null;
  pass: boolean;
}

export function printResults(results: readonly Result[]): void {
  const rows = results.map(({ name, value, unit, goal, pass }) => [
    goal === null ? "" : pass ? "ok" : "MISSED",
    name,
    `${Math.round(value * 1000) / 1000} ${unit}`,
    goal ?? "",
  ]);
  const table = [["", "what", "measured", "goal"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

export async function writeResults(file: string, results: readonly Result[]): Promise<void> {
  await Bun.write(file, `${JSON.stringify(results, null, 2)}\n`);
}
