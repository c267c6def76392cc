import type { Database } from "../database.ts";
import type { Deps } from "../deps.ts";
import { lagMs } from "./lag.ts";
import { keepHealthFresh } from "./poll.ts";
import { databaseHealth, replicaHealth } from "./replicas.ts";

/** `away` does not answer, `behind` is further behind than the bound: neither gets reads. */
export type Condition = "ok" | "away" | "behind";

/** Each replica's condition by its name, as the reads know it: a second old at most while there are any. Never throws. */
export async function replicaConditions(deps: Deps, database: Database): Promise<[string, Condition][]> {
  if (database.replicas.length > 0) await keepHealthFresh(deps, database);
  const health = databaseHealth(deps.instance, database);
  return database.replicas.map((replica) => {
    const { position, failedAt } = replicaHealth(health, replica);
    if (failedAt !== undefined || !position) return [replica.name, "away"];
    return [replica.name, lagMs(health.samples, position) <= deps.config.REPLICA_LAG_MAX_MS ? "ok" : "behind"];
  });
}
