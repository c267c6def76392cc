/** What another server answered, read in full. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Bounds {
  /** For each attempt, body included. */
  readonly timeoutMs: number;
  /** More than 1 only where asking twice does no harm. */
  readonly attempts: number;
}

/** The other side gave no answer to build on: it is away, silent, overloaded or answers what cannot be read. */
export class UpstreamFailed extends Error {
  override readonly name = "UpstreamFailed";
}

/**
 * A request to another server, within bounds. What fails at once (no connection, 429, 5xx) is tried again after a short
 * random wait; an attempt that used up its time is the last, since whoever waits for it has waited long enough.
 * @throws UpstreamFailed
 */
export async function fetchWithin(url: string, init: RequestInit, { timeoutMs, attempts }: Bounds): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(url, init, timeoutMs);
    } catch (error) {
      if (attempt >= attempts || isTimeout(error))
        throw new UpstreamFailed(`${new URL(url).host} failed: ${reason(error)}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * 2 ** attempt));
    }
  }
}

/** The answer's JSON. @throws UpstreamFailed where it is none */
export function jsonOf({ status, text }: Answer): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UpstreamFailed(`A body of status ${status} is not JSON.`, { cause });
  }
}

async function once(url: string, init: RequestInit, timeoutMs: number): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", ...init, signal: AbortSignal.timeout(timeoutMs) });
  const answer = { status: response.status, text: await response.text() };
  if (answer.status === 429 || answer.status >= 500) throw new Error(`status ${answer.status}`);
  return answer;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
