const timeoutMs = 60_000;

/** Resolves once a server of ours on loopback says that it is ready; throws after a minute. */
export async function untilServing(port: number): Promise<void> {
  for (const start = Date.now(); Date.now() - start < timeoutMs; await Bun.sleep(50)) if (await isReady(port)) return;
  throw new Error(`Nothing was ready on port ${port} after ${timeoutMs / 1000} s`);
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1_000) });
    return response.ok;
  } catch {
    return false;
  }
}
