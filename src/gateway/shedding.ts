import type { MiddlewareHandler } from "hono";
import type { Instance } from "../platform/deps.ts";
import type { AppEnv } from "../platform/http/app-env.ts";
import { lazilyPer } from "../platform/lazily-per.ts";
import { TimeIsOver, within } from "../platform/within.ts";
import { Problem, retryLater } from "../shared/errors.ts";
import { deadlineMs } from "./deadline.ts";

const inFlightMax = 2000;

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
    const work = next();
    try {
      await within(deadlineMs(c.req.path), work);
    } catch (error) {
      if (!(error instanceof TimeIsOver)) throw error;
      // Its handles stay open until it ends.
      c.env.background(work);
      throw new Problem("upstream-timeout", error.message);
    } finally {
      state.inFlight--;
    }
  };
}
