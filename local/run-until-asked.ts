/**
 * Runs a command of ours until Ctrl-C (SIGTERM, SIGHUP) aborts its signal or something fails, and ends this process.
 * The command has stopped all that it started when it throws.
 */
export async function runUntilAsked(run: (signal: AbortSignal) => Promise<void>): Promise<never> {
  const signal = untilAsked();
  try {
    await run(signal);
  } catch (error) {
    if (!signal.aborted) {
      console.error(error instanceof Error ? error.message : String(error));
      process.exit(1);
    }
  }
  console.log("Headroom has stopped.");
  process.exit(0);
}

/** Ctrl-C arrives twice under npm, so what follows within a second says nothing new; later it means: at once. */
function untilAsked(): AbortSignal {
  const asked = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (first === 0) {
      first = Date.now();
      console.log("Stopping ...");
      asked.abort(new Error("asked to stop"));
    } else if (Date.now() - first > 1_000) {
      process.exit(1); // the ends of our pipes stop the rest
    }
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  return asked.signal;
}
