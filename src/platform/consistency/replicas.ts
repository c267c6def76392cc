import { type Database, databaseErrorCode, type Handle, type Replica } from "../database.ts";
import type { Deps, Instance } from "../deps.ts";
import { lazilyPer } from "../lazily-per.ts";
import { TimeIsOver } from "../within.ts";
import { lagMs, type Sample } from "./lag.ts";
import { covers, type Position } from "./tokens.ts";

/** What an instance knows of one replica; plain data. Moments are milliseconds since 1970. */
interface ReplicaHealth {
  position: Position | undefined;
  answeredAt: number;
  /** Set while it is out of the rotation; a poll that began later and was answered brings it back. */
  failedAt: number | undefined;
}

export interface DatabaseHealth {
  /** Positions of the primary, oldest first. */
  samples: readonly Sample[];
  readonly replicas: Map<string, ReplicaHealth>;
  pollStartedAt: number;
  polledAt: number;
  turn: number;
}

/** A replica within the lag bound, by turns; with a wanted position rather one that is known to have reached it. */
export function pickReplica(deps: Deps, database: Database, wanted?: Position): Replica | undefined {
  const health = databaseHealth(deps.instance, database);
  const fit = byTurns(database, health).filter((replica) => {
    const { position, failedAt } = replicaHealth(health, replica);
    if (failedAt !== undefined || !position) return false;
    if (wanted && wanted.timeline !== position.timeline) return false;
    return lagMs(health.samples, position) <= deps.config.REPLICA_LAG_MAX_MS;
  });
  const ahead = wanted && fit.find(({ name }) => hasReached(health.replicas.get(name), wanted));
  return ahead ?? fit[0];
}

/** However far behind, one that answers: better than nothing while the primary is away. */
export function pickStaleReplica(deps: Deps, database: Database): Replica | undefined {
  const health = databaseHealth(deps.instance, database);
  return byTurns(database, health).find((replica) => replicaHealth(health, replica).failedAt === undefined);
}

export function noteAnswer(health: ReplicaHealth, position = health.position): void {
  health.position = position;
  health.answeredAt = Date.now();
}

/**
 * Drops the lane on which something failed; the replica leaves the rotation, unless it answered others since this was
 * sent (the read was slow) or the lane was one that we had dropped. Answers whether it left now.
 */
export function noteFailure(
  health: ReplicaHealth,
  replica: Replica,
  lane: Handle,
  error: unknown,
  sentAt: number,
): boolean {
  replica.drop(lane);
  const innocent =
    error instanceof TimeIsOver ? health.answeredAt >= sentAt : droppedByUs.has(databaseErrorCode(error));
  if (innocent) return false;
  const left = health.failedAt === undefined;
  health.failedAt = Date.now();
  return left;
}

const droppedByUs = new Set<string | undefined>(["CONNECTION_DESTROYED", "CONNECTION_ENDED"]);

/** Kept in the instance by the database's name: on Workers its handles live only as long as a request. */
export function databaseHealth(instance: Instance, database: Database): DatabaseHealth {
  const databases = healthPerInstance(instance);
  const known = databases.get(database.name);
  if (known) return known;
  const fresh = { samples: [], replicas: new Map(), pollStartedAt: 0, polledAt: 0, turn: 0 };
  databases.set(database.name, fresh);
  return fresh;
}

const healthPerInstance = lazilyPer((_instance: Instance) => new Map<string, DatabaseHealth>());

export function replicaHealth(health: DatabaseHealth, replica: Replica): ReplicaHealth {
  const known = health.replicas.get(replica.name);
  if (known) return known;
  const fresh = { position: undefined, answeredAt: 0, failedAt: undefined };
  health.replicas.set(replica.name, fresh);
  return fresh;
}

/** Those that can still be asked. */
export function usableReplicas({ replicas }: Database): readonly Replica[] {
  return replicas.filter((replica) => !replica.exhausted());
}

function byTurns(database: Database, health: DatabaseHealth): readonly Replica[] {
  const replicas = usableReplicas(database);
  health.turn = (health.turn + 1) % Math.max(1, replicas.length);
  return [...replicas.slice(health.turn), ...replicas.slice(0, health.turn)];
}

function hasReached(health: ReplicaHealth | undefined, wanted: Position): boolean {
  return health?.position !== undefined && covers(health.position, wanted);
}
