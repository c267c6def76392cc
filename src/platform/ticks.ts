import type { Deps, Instance } from "./deps.ts";
import { lazilyPer } from "./lazily-per.ts";

const tickMs = 1_000;

/**
 * Resolves within a second. Where requests share promises (Bun) it is one moment for all who wait, so that what they ask
 * of a coalesced statement then goes as one; on Workers each waits a second of his own.
 */
export function nextTick({ instance, sharesPromises }: Pick<Deps, "instance" | "sharesPromises">): Promise<void> {
  if (!sharesPromises) return aSecond();
  const shared = tickOf(instance);
  shared.next ??= aSecond().then(() => {
    delete shared.next;
  });
  return shared.next;
}

const tickOf = lazilyPer((_: Instance): { next?: Promise<void> } => ({}));

function aSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, tickMs));
}
