import { putBounded } from "./bounded-map.ts";
import type { Statement } from "./coalesce.ts";
import type { Deps, Instance } from "./deps.ts";
import { lazilyPer } from "./lazily-per.ts";
import { describeError } from "./log.ts";
import { RedisUnavailable } from "./redis.ts";
import type { Caller, Scope } from "./scope.ts";
import { within } from "./within.ts";

/** How long an instance believes that a session stands: with a slow look-up it stays under the promised second. */
const believedMs = 750;
const knownMax = 50_000;
/** How long Redis spares the database the question. */
const activeTtlMs = 20_000;
/** A frozen database must not hold every request up. */
const databaseTimeoutMs = 500;
/** Longer in all than an "active" may stand in Redis: whoever gives up leaves none behind. */
const announcementDelaysMs = [100, 400, 1_600, 6_400, 12_800];

type State = "active" | "ended";

interface Known {
  readonly state: State;
  readonly until: number;
}

/**
 * Whether the caller's session stands: this instance's memory, then Redis, then identity's primary. A session that was
 * ended is refused everywhere within a second. Where neither Redis nor the database can be asked, the token's own
 * signature and expiry decide, so that reads go on during an outage: only an explicit "ended" refuses.
 */
export async function sessionStands(scope: Scope, caller: Caller): Promise<boolean> {
  const askedAt = Date.now();
  const known = knownBy(scope.deps.instance).get(caller.sessionId);
  if (known && askedAt < known.until) return known.state === "active";
  const state = (await stateInRedis(scope, caller)) ?? (await stateInDatabase(scope, caller)) ?? "active";
  remember(scope.deps.instance, caller.sessionId, state, askedAt);
  return state === "active";
}

/**
 * Tells every instance that these sessions ended. Called after the database has committed it. Where Redis is away, it is
 * told later in the background; until then the others learn it from the database.
 */
export async function announceEnded(scope: Scope, sessionIds: readonly string[]): Promise<void> {
  for (const id of sessionIds) remember(scope.deps.instance, id, "ended", Date.now());
  try {
    await markEnded(scope.deps, sessionIds);
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) throw error;
    scope.deps.background(announceAgain(scope, sessionIds));
  }
}

async function announceAgain(scope: Scope, sessionIds: readonly string[]): Promise<void> {
  for (const delayMs of announcementDelaysMs) {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    try {
      return await markEnded(scope.deps, sessionIds);
    } catch (error) {
      scope.log.warn("ended sessions not announced yet", describeError(error));
    }
  }
}

async function markEnded({ redis, config }: Deps, sessionIds: readonly string[]): Promise<void> {
  // Longer than any access token of the session lives.
  const ttlMs = config.ACCESS_TOKEN_TTL_SECONDS * 1000 + activeTtlMs;
  for (let at = 0; at < sessionIds.length; at += markedMax)
    await redis.run(setEnded, sessionIds.slice(at, at + markedMax).map(redisKey), [ttlMs]);
}

const markedMax = 500;
const setEnded = "for _, key in ipairs(KEYS) do redis.call('set', key, 'ended', 'PX', ARGV[1]) end";

async function stateInRedis(scope: Scope, { sessionId }: Caller): Promise<State | undefined> {
  try {
    const state = await scope.deps.coalesce(readStates, sessionId);
    return state === "active" || state === "ended" ? state : undefined;
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) scope.log.warn("session not read from Redis", describeError(error));
    return undefined;
  }
}

async function stateInDatabase(scope: Scope, { userId, sessionId }: Caller): Promise<State | undefined> {
  try {
    const asked = scope.deps.ports.identity.sessionIsActive(scope, userId, sessionId);
    const active = await within(databaseTimeoutMs, asked);
    const state = active ? "active" : "ended";
    scope.deps.background(spareDatabase(scope.deps, sessionId, state));
    return state;
  } catch (error) {
    scope.log.warn("session not read from the database", describeError(error));
    return undefined;
  }
}

async function spareDatabase({ redis }: Deps, sessionId: string, state: State): Promise<void> {
  try {
    await redis.run(setUnlessKnown, [redisKey(sessionId)], [state, activeTtlMs]);
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) throw error;
  }
}

/** Never overwrites: an "ended" that was written while the database was being asked must stay. */
const setUnlessKnown = "return redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX')";

/** Many sessions' states by one call. */
const readStates: Statement<string, unknown> = {
  run: async ({ redis }, sessionIds) => {
    if (sessionIds.length === 1) return [await redis.get(redisKey(sessionIds[0] ?? ""))];
    return (await redis.run("return redis.call('mget', unpack(KEYS))", sessionIds.map(redisKey), [])) as unknown[];
  },
  itemsMax: 200,
  weigh: () => 1,
  weightMax: 200,
  waitingMax: 2_000,
};

const knownBy = lazilyPer((_instance: Instance) => new Map<string, Known>());

/** An ended session never stands again, so it is remembered for as long as there is room. */
function remember(instance: Instance, sessionId: string, state: State, askedAt: number): void {
  const known = knownBy(instance);
  if (known.get(sessionId)?.state === "ended") return;
  const until = state === "ended" ? Number.POSITIVE_INFINITY : askedAt + believedMs;
  putBounded(known, sessionId, { state, until }, knownMax);
}

const redisKey = (sessionId: string): string => `session:${sessionId}`;
