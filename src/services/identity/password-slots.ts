import { availableParallelism } from "node:os";
import type { Statement } from "../../platform/coalesce.ts";
import type { Deps } from "../../platform/deps.ts";
import { retryLater } from "../../shared/errors.ts";

const waitMsMax = 4_000;

interface Work {
  readonly since: number;
  readonly run: () => Promise<unknown>;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Runs what hashes a password while at most half the cores do so, so that a storm of log-ins leaves room for orders.
 * 16 more may wait for 4 s.
 * @throws Problem overloaded
 */
export async function inPasswordSlot<T>(deps: Deps, run: () => Promise<T>): Promise<T> {
  const outcome = await deps.coalesce(slots, { since: Date.now(), run });
  if ("error" in outcome) throw outcome.error;
  return outcome.value as T;
}

const slots: Statement<Work, Outcome> = {
  run: (_deps, works) => Promise.all(works.map(outcomeOf)),
  get itemsMax() {
    return Math.max(1, Math.floor(availableParallelism() / 2));
  },
  weigh: () => 0,
  weightMax: 0,
  waitingMax: 16,
};

async function outcomeOf({ since, run }: Work): Promise<Outcome> {
  try {
    if (Date.now() - since > waitMsMax) throw retryLater("overloaded", "Too many log-ins at once; try again.", 2);
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}
