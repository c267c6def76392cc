import { Database } from "bun:sqlite";

export type Lock = { release(): void };

/** Keeps the databases from the garbage collector, which would close them. */
const held = new Set<Database>();

/**
 * Takes the lock of a file for this process, or answers undefined when another still holds it after waitMs.
 * The lock is SQLite's, so the kernel's: it ends with the process however that dies, and no stale pid can fool it.
 */
export function takeLock(file: string, waitMs: number): Lock | undefined {
  const database = new Database(file, { create: true });
  try {
    database.run(`PRAGMA busy_timeout = ${waitMs}`);
    database.run("BEGIN EXCLUSIVE");
    held.add(database);
    return {
      release() {
        held.delete(database);
        database.close();
      },
    };
  } catch (error) {
    database.close();
    if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") return undefined;
    throw error;
  }
}
