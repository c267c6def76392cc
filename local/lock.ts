import { Database } from "bun:sqlite";

export type Lock = { release(): void };

/**
 * Takes the lock of a file for this process, or answers undefined when another still holds it after waitMs.
 * The lock is SQLite's, so the kernel's: it ends with the process however that dies, and no stale pid can fool it.
 */
export function takeLock(file: string, waitMs: number): Lock | undefined {
  const database = new Database(file, { create: true });
  try {
    database.run(`PRAGMA busy_timeout = ${waitMs}`);
    database.run("BEGIN EXCLUSIVE");
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") return undefined;
    throw error;
  }
}
