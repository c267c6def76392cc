import type { Jobs } from "../jobs.ts";
import type { Subscriptions } from "./consumer.ts";
import { partitionUpkeep } from "./partitions.ts";
import { relayAll } from "./relay.ts";

/** The jobs that keep events going, in every database. */
export function eventJobs(subscriptions: Subscriptions): Jobs {
  return {
    /** Publishes what a crash left behind where no loop does so by itself (Workers). */
    "relay-sweep": {
      cron: "* * * * *",
      run: async ({ deps }) => {
        for (const database of deps.databases.all()) await relayAll(deps, database, subscriptions);
      },
    },
    "partition-upkeep": { cron: "17 * * * *", run: partitionUpkeep },
  };
}
