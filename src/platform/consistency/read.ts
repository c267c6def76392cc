import type { Service } from "../../contracts/services.ts";
import { stopIfClientGone, whileClientStays } from "../client-gone.ts";
import { type Database, databaseErrorCode, type Handle, isOutage, type Replica } from "../database.ts";
import { describeError } from "../log.ts";
import { databaseOf, type Scope } from "../scope.ts";
import { TimeIsOver, within } from "../within.ts";
import { keepHealthFresh } from "./poll.ts";
import { databaseHealth, noteAnswer, noteFailure, pickReplica, pickStaleReplica, replicaHealth } from "./replicas.ts";
import { neededPosition } from "./requested.ts";
import { covers, type Position, parseLsn } from "./tokens.ts";

const replicaTimeoutMs = 250;

/**
 * Runs a read on the server that the request's consistency allows: a replica where it can, else the primary. `run` may
 * be called twice, on different servers, so it only reads. Throws what the read throws; primary away: an outage; the
 * client away: ClientGone, and then `run` is called no more.
 */
export async function read<T>(scope: Scope, service: Service, run: (db: Handle) => Promise<T>): Promise<T> {
  stopIfClientGone(scope);
  const database = databaseOf(scope, service);
  const ask = (db: Handle) => whileClientStays(scope, db, run);
  const needed = neededPosition(scope, database);
  if (needed === "newest" || database.replicas.length === 0) return fromPrimary(scope, database, ask);
  await keepHealthFresh(scope.deps, database);
  const replica = pickReplica(scope.deps, database, needed);
  const answer = replica && (await fromReplica(scope, database, replica, ask, needed));
  if (answer) return answer.value;
  try {
    return await fromPrimary(scope, database, ask);
  } catch (error) {
    const stale = needed === undefined && isOutage(error) ? pickStaleReplica(scope.deps, database) : undefined;
    const late = stale && (await fromReplica(scope, database, stale, ask));
    if (!late) throw error;
    return late.value;
  }
}

/** A read that no replica may answer. */
export async function readNewest<T>(scope: Scope, service: Service, run: (db: Handle) => Promise<T>): Promise<T> {
  return await fromPrimary(scope, databaseOf(scope, service), (db) => whileClientStays(scope, db, run));
}

async function fromPrimary<T>(scope: Scope, database: Database, run: (db: Handle) => Promise<T>): Promise<T> {
  scope.servedBy = "primary";
  return await run(database.primary());
}

/** The replica's answer, or undefined where another must answer: it is not that far, down, frozen, or refuses. */
async function fromReplica<T>(
  scope: Scope,
  database: Database,
  replica: Replica,
  run: (db: Handle) => Promise<T>,
  needed?: Position,
): Promise<{ readonly value: T } | undefined> {
  const health = replicaHealth(databaseHealth(scope.deps.instance, database), replica);
  const lane = replica.lane();
  const sentAt = Date.now();
  try {
    const reached = needed && positionOn(lane, needed.timeline);
    const reading = run(lane);
    const answer = await within(replicaTimeoutMs, onceReached(reading, needed, reached));
    noteAnswer(health, await reached);
    if (answer) scope.servedBy = replica.name;
    return answer;
  } catch (error) {
    if (!mayDoBetter(error)) throw error;
    const isOut = error instanceof TimeIsOver || isOutage(error);
    if (isOut && noteFailure(health, replica, lane, error, sentAt))
      scope.log.warn("replica left the rotation", { replica: replica.name, ...describeError(error) });
    return undefined;
  }
}

/** Sent ahead of the read on the read's own connection: what it answers, the read behind it sees too. */
function positionOn({ sql }: Handle, timeline: number): Promise<Position> {
  const query = sql<{ lsn: string | null }[]>`select pg_last_wal_replay_lsn()::text as lsn`.execute();
  return query.then(([row]) => ({ timeline, lsn: parseLsn(row?.lsn ?? "0/0") }));
}

async function onceReached<T>(
  reading: Promise<T>,
  needed: Position | undefined,
  reached: Promise<Position> | undefined,
): Promise<{ readonly value: T } | undefined> {
  // Nobody awaits the read where the check fails first.
  reading.catch(() => undefined);
  if (needed && reached && !covers(await reached, needed)) return undefined;
  return { value: await reading };
}

/** Whether the primary may: not with a read that writes (25006) or what no database said, both our own defects. */
function mayDoBetter(error: unknown): boolean {
  if (error instanceof TimeIsOver) return true;
  const code = databaseErrorCode(error);
  return code !== undefined && code !== "25006";
}
