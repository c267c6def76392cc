import type { Database } from "bun:sqlite";
import { attempt } from "./attempt.ts";
import { claimDue, nextDueAt } from "./claim.ts";
import { nextPeriodAt, type RateWindows } from "./flow-control.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { ClaimedMessage } from "./message.ts";
import { fireSchedules } from "./schedules.ts";
import { settle } from "./settle.ts";
import { signingKeys } from "./signing-keys.ts";

export type Pump = {
  /** Looks for due messages with the next commit; cheap to call after anything that may have made one due. */
  wake(): void;
  active(): number;
  /** Takes no more messages, gives deliveries under way a moment, then cuts them; they are due at the next start. */
  stop(): Promise<void>;
};

const failedTurnMs = 1000;
const longestSleepMs = 3_600_000;
const stopGraceMs = 2000;

/** Delivers what is due, at most `parallelism` at once, each in a turn that begins when something made it due. */
export function startPump(db: Database, commits: GroupCommit, windows: RateWindows, parallelism: number): Pump {
  const inFlight = new Set<Promise<void>>();
  const stopping = new AbortController();
  let waking = false;
  let stopped = false;
  let alarm: Timer | undefined;

  function wake(): void {
    if (waking || stopped) return;
    waking = true;
    commits.submitLast(turn).then(begin, (error) => {
      console.error("qstash: could not take messages", error);
      sleepUntil(Date.now() + failedTurnMs);
    });
  }

  function turn(): { claimed: ClaimedMessage[]; wakeAt: number | undefined } {
    waking = false;
    if (stopped) return { claimed: [], wakeAt: undefined };
    const now = Date.now();
    fireSchedules(db, now);
    const claimed = claimDue(db, windows, parallelism - inFlight.size, now);
    return { claimed, wakeAt: earliest(nextDueAt(db, now), nextPeriodAt(db, windows, now)) };
  }

  function begin({ claimed, wakeAt }: { claimed: ClaimedMessage[]; wakeAt: number | undefined }): void {
    sleepUntil(wakeAt);
    const key = signingKeys(db).current;
    for (const message of claimed) {
      const delivery: Promise<void> = deliver(message, key, () => inFlight.delete(delivery));
      inFlight.add(delivery);
    }
  }

  async function deliver(claimed: ClaimedMessage, key: string, leave: () => void): Promise<void> {
    const outcome = await attempt(claimed, key, stopping.signal);
    leave();
    if (stopping.signal.aborted && outcome.status === 0) return;
    const settled = commits.submit(() => settle(db, claimed, outcome, Date.now()));
    wake();
    // What could not be booked stays active and is delivered again at the next start.
    await settled.catch((error) => console.error("qstash: could not book", claimed.message.messageId, error));
  }

  function sleepUntil(at: number | undefined): void {
    clearTimeout(alarm);
    if (at === undefined || stopped) return;
    alarm = setTimeout(wake, Math.min(longestSleepMs, Math.max(1, at - Date.now())));
  }

  return {
    wake,
    active: () => inFlight.size,
    async stop() {
      stopped = true;
      clearTimeout(alarm);
      const all = Promise.all(inFlight);
      await Promise.race([all, Bun.sleep(stopGraceMs)]);
      stopping.abort();
      await all;
      await commits.submit(() => undefined);
    },
  };
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
