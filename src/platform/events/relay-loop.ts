import type { Database } from "../database.ts";
import { describeError, openLog } from "../log.ts";
import type { Subscriptions } from "./consumer.ts";
import { type Relay, type RelayDeps, relayOnce, roundMax } from "./relay.ts";

/** Looks this often for what a crash left behind, without being woken. */
const idleMs = 1_000;
/** Between rounds under load: lets events gather, so that one round carries many. */
const paceMs = 20;
const backoffMaxMs = 5_000;

/**
 * Runs the relay of a server: a loop for each database, woken by commits of this process. `stop` resolves when the
 * round that runs has ended.
 */
export function startRelay(
  deps: RelayDeps,
  subscriptions: Subscriptions,
): Relay & { readonly stop: () => Promise<void> } {
  const stopping = new AbortController();
  const loops = new Map(
    deps.databases.all().map((database) => {
      const bell = openBell(stopping.signal);
      return [database.name, { bell, ended: loop(deps, database, subscriptions, bell, stopping.signal) }];
    }),
  );
  return {
    wake: (database) => loops.get(database.name)?.bell.ring(),
    stop: async () => {
      stopping.abort();
      await Promise.all([...loops.values()].map(({ ended }) => ended));
    },
  };
}

async function loop(
  deps: RelayDeps,
  database: Database,
  subscriptions: Subscriptions,
  bell: Bell,
  stopping: AbortSignal,
): Promise<void> {
  const log = openLog(deps.config, { relay: database.name });
  let failures = 0;
  while (!stopping.aborted) {
    try {
      const passed = await relayOnce(deps, database, subscriptions);
      if (failures > 0) log.info("the relay goes on", { failures });
      failures = 0;
      if (passed === 0) await bell.wait(idleMs);
      else if (passed < roundMax) await bell.pause(paceMs);
    } catch (error) {
      failures++;
      log.warn("the relay's round failed, its events are kept", { failures, ...describeError(error) });
      await bell.pause(Math.min(backoffMaxMs, 250 * 2 ** failures) * (0.5 + Math.random() / 2));
    }
  }
}

interface Bell {
  readonly ring: () => void;
  /** Until it rings (or has rung since the last wait), for at most this long. */
  readonly wait: (ms: number) => Promise<void>;
  /** For this long, whatever rings. */
  readonly pause: (ms: number) => Promise<void>;
}

/** Both ways of waiting end at once when the signal aborts. */
function openBell(stopping: AbortSignal): Bell {
  let rung = false;
  let awake: (() => void) | undefined;
  const sleep = (ms: number, wakeable: boolean) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        stopping.removeEventListener("abort", end);
        awake = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      stopping.addEventListener("abort", end);
      if (stopping.aborted) end();
      else if (wakeable) awake = end;
    });
  return {
    ring: () => {
      rung = true;
      awake?.();
    },
    wait: async (ms) => {
      if (!rung) await sleep(ms, true);
      rung = false;
    },
    pause: (ms) => sleep(ms, false),
  };
}
