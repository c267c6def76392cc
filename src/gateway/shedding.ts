import type { MiddlewareHandler } from "hono";
import type { Instance } from "../platform/deps.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { lazilyPer } from "../platform/lazily-per.ts";
import { Problem, retryLater } from "../shared/errors.ts";

const inFlightMax = 2000;
const deadlineMs = 15_000;

const load = lazilyPer((_: Instance) => ({ inFlight: 0 }));

/**
 * Refuses early what would only wait, and answers for what has waited too long. Whoever is refused here has had
 * nothing done; what a late request already began is finished behind the answer.
 */
export function shedding(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const state = load(c.env.instance);
    if (state.inFlight >= inFlightMax) throw retryLater("overloaded", "The server is at its bound; retry in a second.");
    state.inFlight++;
    try {
      await withinDeadline(next());
    } finally {
      state.inFlight--;
    }
  };
}

async function withinDeadline(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem("upstream-timeout", `No answer within ${deadlineMs} ms.`)), deadlineMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
