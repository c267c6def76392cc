import type { Database } from "../database.ts";
import type { Deps, Instance } from "../deps.ts";
import { lazilyPer } from "../lazily-per.ts";
import { describeError, openLog } from "../log.ts";
import type { Subscriptions } from "./consumer.ts";
import { type Relay, type RelayDeps, relayAll } from "./relay.ts";

const restMs = 200;

/** When the isolate's latest round began or will begin, by database. */
const rounds = lazilyPer((_: Instance) => new Map<string, number>());

/**
 * The relay where nothing runs between requests: a round in the background of the request that woke it, at most one an
 * isolate each 200 ms. What is committed before that round begins is covered by it.
 */
export function relayAtEdge(
  deps: RelayDeps & Pick<Deps, "instance" | "background">,
  subscriptions: Subscriptions,
): Relay {
  const beginnings = rounds(deps.instance);
  return {
    wake: (database) => {
      const now = Date.now();
      const latest = beginnings.get(database.name) ?? 0;
      if (latest > now) return;
      const begin = Math.max(now, latest + restMs);
      beginnings.set(database.name, begin);
      deps.background(relayAfter(begin - now, deps, database, subscriptions));
    },
  };
}

async function relayAfter(
  ms: number,
  deps: RelayDeps,
  database: Database,
  subscriptions: Subscriptions,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  try {
    await relayAll(deps, database, subscriptions);
  } catch (error) {
    openLog(deps.config, { relay: database.name }).warn(
      "the relay's round failed, its events are kept",
      describeError(error),
    );
  }
}
