import { runProgram } from "./program.ts";
import { step } from "./step.ts";

/** Migrates the embedded database and fills it with sample data; what is there already stays. */
export async function prepareDatabase(env: Record<string, string>, home: string, signal: AbortSignal): Promise<void> {
  await step("Migrations", runProgram("migrate", ["--no-orphans", "db/migrate.ts"], env, home, signal));
  await step("Sample data", runProgram("seed", ["--no-orphans", "db/seed.ts"], env, home, signal));
}
