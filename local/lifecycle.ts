import { fstatSync } from "node:fs";

/**
 * Resolves once this program shall stop: SIGTERM, SIGINT, SIGHUP, or the end of stdin where stdin is a pipe.
 * The pipe is the parent's end of life: it closes however the parent dies, kill -9 included.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => resolve());
    if (!stdinIsPipe()) return;
    process.stdin.on("end", resolve).on("close", resolve).on("error", resolve).resume();
  });
}

/** Rejects with the signal's reason once it is aborted; never, without a signal. */
export function whenAborted(signal: AbortSignal | undefined): Promise<never> {
  const rejection = new Promise<never>((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  rejection.catch(() => undefined); // it is there to be raced with
  return rejection;
}

function stdinIsPipe(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isSocket();
  } catch {
    return false;
  }
}
