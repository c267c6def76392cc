import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SqlTask } from "./sql-clients.ts";

export type { SqlTask } from "./sql-clients.ts";

/** What sends the statements: PostgreSQL's own benchmark where it is in PATH, else clients of ours. */
export const sqlTool = Bun.which("pgbench") === null ? "postgres.js" : "pgbench";

/** Sessions that begin must first read the catalog and plan: what they do in this time does not count. */
const leadSeconds = 2;

/** Runs transactions in a closed loop; answers how many a second once the sessions are warm. Throws where one fails. */
export async function runSqlLoad(task: SqlTask): Promise<number> {
  return sqlTool === "pgbench" ? withPgbench(task) : withOwnClients(task);
}

async function withPgbench({ url, clients, seconds, variables, statements }: SqlTask): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), "headroom-pgbench-"));
  const script = join(scratch, "script.sql");
  const transaction = statements.length === 1 ? statements : ["begin", ...statements, "end"];
  const lines = [
    ...Object.entries(variables).map(([name, most]) => `\\set ${name} random(1, ${most})`),
    ...transaction.map((statement) => `${statement.replaceAll("\n", " ")};`),
  ];
  try {
    await Bun.write(script, `${lines.join("\n")}\n`);
    const shape = ["--no-vacuum", "--protocol=prepared", `--client=${clients}`, "--jobs=2", "--progress=1"];
    const time = `--time=${leadSeconds + seconds}`;
    const said = await outputOf(["pgbench", ...shape, time, `--file=${script}`, url], seconds);
    const everySecond = [...said.matchAll(/^progress: .*?, ([\d.]+) tps, .* (\d+) failed$/gm)];
    const warm = everySecond.slice(leadSeconds);
    if (warm.length === 0 || everySecond.some(([, , failed]) => failed !== "0")) throw new Error(said);
    return warm.reduce((sum, [, perSecond]) => sum + Number(perSecond), 0) / warm.length;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function withOwnClients(task: SqlTask): Promise<number> {
  const command = [process.execPath, "--no-env-file", join(import.meta.dir, "sql-clients.ts")];
  return Number(await outputOf(command, task.seconds, JSON.stringify({ ...task, leadSeconds })));
}

/** What a program says on both its outputs. Throws with it where the program fails or takes far too long. */
async function outputOf(command: string[], seconds: number, input = ""): Promise<string> {
  const child = Bun.spawn(command, {
    stdin: new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
    timeout: (leadSeconds + seconds + 60) * 1000,
  });
  const said = (await Promise.all([child.stdout.text(), child.stderr.text()])).join("");
  if ((await child.exited) !== 0) throw new Error(`the database's load failed: ${said}`);
  return said;
}
