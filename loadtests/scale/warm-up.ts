import type { Fleet } from "./fleet.ts";
import { boundParts, type Lab } from "./lab.ts";
import { runK6 } from "./run-k6.ts";
import { watched } from "./soundness.ts";

/** Until the compiler of JavaScript has seen enough, a journey costs a multiple. */
const enough = 300;

/** Drives a fleet without any bound, as fast as the machine can, so many journeys an instance. */
export async function warmUp(lab: Lab, fleet: Fleet, journey: string, journeysAnInstance = enough): Promise<void> {
  fleet.bound(undefined);
  boundParts(lab, undefined);
  const settings = { JOURNEYS: journeysAnInstance * fleet.groups.length };
  await watched(lab, () => runK6(lab, fleet.journal, journey, settings));
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
    lab.signal.throwIfAborted();
    if ((used() - before) / (lookMs / 1000) < idleCores * fleet.groups.length) return;
  }
}
