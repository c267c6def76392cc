import type { Database, Handle, Replica } from "../database.ts";
import type { Deps } from "../deps.ts";
import { describeError, openLog } from "../log.ts";
import { within } from "../within.ts";
import { withSample } from "./lag.ts";
import { oneForAll } from "./one-for-all.ts";
import { currentPosition } from "./position.ts";
import {
  type DatabaseHealth,
  databaseHealth,
  noteAnswer,
  noteFailure,
  replicaHealth,
  usableReplicas,
} from "./replicas.ts";
import { type Position, parseLsn } from "./tokens.ts";

const everyMs = 1000;
/** Also what a read may hold up the lane that a probe shares with it. */
const timeoutMs = 250;

/**
 * Keeps what the instance knows of the replicas no older than a second while there are reads. Awaits the poll only when
 * nothing is known yet, or nothing young enough for the lag bound.
 */
export async function keepHealthFresh(deps: Deps, database: Database): Promise<void> {
  const { polledAt, pollStartedAt } = databaseHealth(deps.instance, database);
  const now = Date.now();
  if (now - polledAt > Math.max(everyMs, deps.config.REPLICA_LAG_MAX_MS)) await poll(deps, database);
  else if (now - pollStartedAt > everyMs) deps.background(poll(deps, database));
}

/** The primary first, so that a replica has the time of a round trip to replay what was sampled. Never throws. */
const poll = oneForAll(async (deps, database) => {
  const health = databaseHealth(deps.instance, database);
  if (Date.now() - health.pollStartedAt <= everyMs) return;
  health.pollStartedAt = Date.now();
  await samplePrimary(deps, database, health);
  await Promise.all(usableReplicas(database).map((replica) => probe(deps, database, replica)));
  health.polledAt = Date.now();
});

async function samplePrimary(deps: Deps, database: Database, health: DatabaseHealth): Promise<void> {
  try {
    const at = Date.now();
    const position = await within(timeoutMs, currentPosition(deps, database));
    health.samples = withSample(health.samples, { at, position }, deps.config.REPLICA_LAG_MAX_MS);
  } catch {
    // While the primary is away the last samples go on to judge; whoever needs it meets the error himself.
  }
}

async function probe(deps: Deps, database: Database, replica: Replica): Promise<void> {
  const health = replicaHealth(databaseHealth(deps.instance, database), replica);
  const about = { database: database.name, replica: replica.name };
  const lane = replica.lane();
  const sentAt = Date.now();
  try {
    noteAnswer(health, await within(timeoutMs, whereIs(lane)));
    if (health.failedAt === undefined || health.failedAt >= sentAt) return;
    health.failedAt = undefined;
    openLog(deps.config).info("replica is back", about);
  } catch (error) {
    if (!noteFailure(health, replica, lane, error, sentAt)) return;
    openLog(deps.config).warn("replica left the rotation", { ...about, ...describeError(error) });
  }
}

/**
 * A standby tells its timeline nowhere directly: the control file has it late after a failover, the receiver at once
 * but only to a role with pg_read_all_stats. Late is safe, its reads go to the primary. Reading it costs more than a
 * read, hence once a poll: replicas only move on, so with the position checked at each read it cannot mislead.
 */
async function whereIs({ sql }: Handle): Promise<Position> {
  const [row] = await sql<{ lsn: string | null; timeline: number }[]>`
    select pg_last_wal_replay_lsn()::text as lsn, greatest(
      (select timeline_id from pg_control_checkpoint()),
      (select min_recovery_end_timeline from pg_control_recovery()),
      (select received_tli from pg_stat_wal_receiver)) as timeline`;
  if (!row?.lsn) throw new Error("The server of a replica URL never was a standby.");
  return { timeline: row.timeline, lsn: parseLsn(row.lsn) };
}
