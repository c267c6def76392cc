import type { Scope } from "../scope.ts";

/** What this scope's work wrote may have told something: the relay looks at once instead of at its next round. */
export function wakeRelay({ deps, written }: Scope): void {
  if (written.size === 0) return;
  for (const database of deps.databases.all()) if (written.has(database.name)) deps.relay.wake(database);
}
