import { join } from "node:path";
import type { Report, Task } from "./generator.ts";

export interface HttpLoad extends Report {
  readonly answers: number;
  readonly perSecond: number;
}

/** Of one core: beyond it the generator, not the server, may be what bounds the rate. */
const generatorShareMax = 0.85;

/** Runs the generator to its end. Throws where it fails. */
export async function runHttpLoad(task: Task): Promise<HttpLoad> {
  const child = Bun.spawn([process.execPath, "--no-env-file", join(import.meta.dir, "generator.ts")], {
    stdin: new Blob([JSON.stringify(task)]),
    stdout: "pipe",
    stderr: "inherit",
    timeout: (task.seconds + 60) * 1000,
  });
  const output = await child.stdout.text();
  if ((await child.exited) !== 0) throw new Error("the load generator failed");
  const report: Report = JSON.parse(output);
  const answers = Object.values(report.statuses).reduce((sum, count) => sum + count, 0);
  return { ...report, answers, perSecond: answers / report.seconds };
}

/** Why this load's rate is not the server's. */
export function distrustOf({ statuses, cpuShare }: HttpLoad, expected: number): string[] {
  const others = Object.entries(statuses).filter(([status]) => status !== String(expected));
  return [
    ...others.map(([status, count]) => `${count} answers were ${status}, not ${expected}`),
    ...(cpuShare > generatorShareMax
      ? [`the generator was the limit (${Math.round(cpuShare * 100)} % of a core)`]
      : []),
  ];
}
