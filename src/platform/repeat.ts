import { databaseErrorCode, isOutage } from "./database.ts";

const attemptsMax = 3;

/**
 * Runs a statement that may safely run twice (its ids are derived) and repeats it after a lost connection, a deadlock
 * or a serialization failure: whether the first try took effect is unknown, and the second finds out.
 */
export async function repeatable<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= attemptsMax || !mayRepeat(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** attempt));
    }
  }
}

function mayRepeat(error: unknown): boolean {
  const code = databaseErrorCode(error);
  return isOutage(error) || code === "40001" || code === "40P01";
}
