/** The signal of a proof: asked to stop once, it clears away what it started; asked again, it ends at once. */
export function untilAsked(): AbortSignal {
  const asked = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => {
      if (asked.signal.aborted) process.exit(2);
      console.error("Stopping what was started …");
      asked.abort(new Error("stopped on request"));
    });
  return asked.signal;
}
