import { existsSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** What the parts keep in a home. Only these are removed: HEADROOM_HOME may be set to a folder with more in it. */
const state = ["env", "logs", "redis", "qstash", "mailbox", "sandbox"];

/** Removes all state of a home that nobody runs in. */
export function resetHome(home: string): void {
  const postgres = join(home, "postgres");
  // For root the data may lie elsewhere, behind a link (postgres/place.ts).
  const data = existsSync(postgres) ? realpathSync(postgres) : postgres;
  const isOurs = dirname(data) === home || basename(data).startsWith("headroom-postgres-");
  if (isOurs) rmSync(data, { recursive: true, force: true });
  for (const name of ["postgres", ...state]) rmSync(join(home, name), { recursive: true, force: true });
}
