import { checkDuring } from "../checker/check-during.ts";
import type { Result } from "../results.ts";
import type { Fleet } from "./fleet.ts";
import { boundParts, type Lab } from "./lab.ts";
import { runK6 } from "./run-k6.ts";

/** Until the compiler of JavaScript has seen enough, a journey costs a multiple. */
const journeysAnInstance = 300;

/**
 * Drives a fleet without any bound, as fast as the machine can. It is the fiercest load of a run, so what must hold at
 * every instant is checked meanwhile.
 */
export async function warmUp(lab: Lab, fleet: Fleet, journey: string): Promise<Result[]> {
  fleet.bound(undefined);
  boundParts(lab, undefined);
  const over = new AbortController();
  const checked = checkDuring(lab.shop.env, over.signal);
  await runK6(lab, journey, { JOURNEYS: journeysAnInstance * fleet.groups.length }).finally(() => over.abort());
  return checked;
}

const idleCores = 0.02;
const lookMs = 500;
const restWithinMs = 30_000;

/** Lifts the bounds and waits until the instances have nothing left to do, so that one probe leaves nothing to the next. */
export async function untilAtRest(lab: Lab, fleet: Fleet): Promise<void> {
  fleet.bound(undefined);
  boundParts(lab, undefined);
  const used = () => fleet.groups.reduce((sum, group) => sum + group.used().cpuSeconds, 0);
  for (const start = Date.now(); Date.now() - start < restWithinMs; ) {
    const before = used();
    await Bun.sleep(lookMs);
    if ((used() - before) / (lookMs / 1000) < idleCores * fleet.groups.length) return;
  }
}
