import type { Service } from "../contracts/services.ts";
import { Problem } from "../shared/errors.ts";
import { admits, circuitOf, noteAnswer, noteFailure } from "./circuit.ts";
import type { Deps } from "./deps.ts";
import type { Elsewhere } from "./elsewhere.ts";

const attemptsMax = 3;
const retryAfterSeconds = "1";

/**
 * The answer of the instance that mounts the service, whatever it says. `ask` is told where that is and brings its own
 * deadline; it is called again where no connection was made, and after a broken one only where repeating is safe.
 * @throws Problem service-unavailable, upstream-timeout
 */
export async function reach(
  { instance, elsewhere }: Pick<Deps, "instance" | "elsewhere">,
  service: Service,
  isRepeatable: boolean,
  ask: (there: Elsewhere) => Promise<Response>,
): Promise<Response> {
  const there = elsewhere(service);
  if (there === undefined) throw serviceAway(service);
  const circuit = circuitOf(instance, service);
  if (!admits(circuit)) throw serviceAway(service);
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await ask(there);
      noteAnswer(circuit);
      return answer;
    } catch (cause) {
      if (cause instanceof Problem || isGivenUp(cause)) throw cause;
      const isOver = isTimeout(cause) || attempt >= attemptsMax || !(isRepeatable || wasRefused(cause));
      if (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** attempt));
        continue;
      }
      noteFailure(circuit);
      throw isTimeout(cause) ? tooLate(service, cause) : serviceAway(service, cause);
    }
  }
}

/** The refusal where a service cannot be asked. */
export function serviceAway(service: Service, cause?: unknown): Problem {
  const headers = { "Retry-After": retryAfterSeconds };
  const detail = `The service ${service} cannot be reached now.`;
  return new Problem("service-unavailable", detail, { service }, headers, cause === undefined ? {} : { cause });
}

function tooLate(service: Service, cause: unknown): Problem {
  const headers = { "Retry-After": retryAfterSeconds };
  return new Problem("upstream-timeout", `The service ${service} did not answer in time.`, {}, headers, { cause });
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

/** By the one who asked, so it says nothing of the service. */
function isGivenUp(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** No connection was made, so nothing was sent: Bun's words, Node's and workerd's. */
function wasRefused(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^(ConnectionRefused|FailedToOpenSocket|ECONNREFUSED|ENOTFOUND)$/.test(code);
}
