import { forWriting, type Scope } from "../../platform/scope.ts";
import { rollUpRound } from "./store.ts";

const eventsMax = 5_000;
const roundsMax = 200;

/**
 * Adds what the roll-ups do not hold yet to them, unless another is at it or they were written less than `paceMs` ago.
 * One at a time, by a lock on the cursor: so a busy hour's rows are written once a round, not once an event.
 */
export async function rollUp(scope: Scope, paceMs = 0): Promise<void> {
  const db = forWriting(scope, "analytics");
  let pauseMs = paceMs;
  for (let round = 0; round < roundsMax; round++) {
    if ((await rollUpRound(db, pauseMs, eventsMax)) < eventsMax) return;
    pauseMs = 0;
  }
}
