import { putBounded } from "./bounded-map.ts";
import type { Statement } from "./coalesce.ts";
import type { Deps, Instance } from "./deps.ts";
import { lazilyPer } from "./lazily-per.ts";
import { describeError } from "./log.ts";
import { RedisUnavailable } from "./redis.ts";
import type { Scope } from "./scope.ts";
import { within } from "./within.ts";

/** How long an instance believes that something stands: with a slow look-up it stays under the promised second. */
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
  readonly state: State | undefined;
  readonly until: number;
}

/** Something that lets its holder in until it is ended, once and for all: a session, an API key. */
export interface Standing {
  /** Its key in Redis. */
  readonly name: string;
  /** Whether it stands, from identity's primary. */
  readonly ask: () => Promise<boolean>;
}

/**
 * Whether it stands: this instance's memory, then Redis, then identity's primary. What was ended is "ended" everywhere
 * within a second. Undefined where neither Redis nor the database can be asked.
 */
export async function stateOf(scope: Scope, standing: Standing): Promise<State | undefined> {
  const { instance } = scope.deps;
  const askedAt = Date.now();
  const known = knownBy(instance).get(standing.name);
  if (known && askedAt < known.until) return known.state;
  const state = (await stateInRedis(scope, standing.name)) ?? (await stateInDatabase(scope, standing));
  remember(instance, standing.name, state, askedAt);
  return state;
}

/** Spares the next questions, where identity's primary said since `askedAt`, for another reason, that it stands. */
export function noteActive({ deps }: Scope, name: string, askedAt: number): void {
  remember(deps.instance, name, "active", askedAt);
  deps.background(spareDatabase(deps, name, "active"));
}

/**
 * Tells every instance that these were ended. Called after the database has committed it. Where Redis is away, it is told
 * later in the background; until then the others learn it from the database.
 */
export async function announceAllEnded(scope: Scope, names: readonly string[]): Promise<void> {
  for (const name of names) remember(scope.deps.instance, name, "ended", Date.now());
  try {
    await markEnded(scope.deps, names);
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) throw error;
    scope.deps.background(announceAgain(scope, names));
  }
}

async function announceAgain(scope: Scope, names: readonly string[]): Promise<void> {
  for (const delayMs of announcementDelaysMs) {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    try {
      return await markEnded(scope.deps, names);
    } catch (error) {
      scope.log.warn("ends not announced yet", describeError(error));
    }
  }
}

async function markEnded({ redis, config }: Deps, names: readonly string[]): Promise<void> {
  // Longer than any access token of a session lives, and than a key is believed where nobody can be asked.
  const ttlMs = config.ACCESS_TOKEN_TTL_SECONDS * 1000 + activeTtlMs;
  for (let at = 0; at < names.length; at += markedMax)
    await redis.run(setEnded, names.slice(at, at + markedMax), [ttlMs]);
}

const markedMax = 500;
const setEnded = "for _, key in ipairs(KEYS) do redis.call('set', key, 'ended', 'PX', ARGV[1]) end";

async function stateInRedis(scope: Scope, name: string): Promise<State | undefined> {
  try {
    const state = await scope.deps.coalesce(readStates, name);
    return state === "active" || state === "ended" ? state : undefined;
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) scope.log.warn("state not read from Redis", describeError(error));
    return undefined;
  }
}

async function stateInDatabase({ deps, log }: Scope, { name, ask }: Standing): Promise<State | undefined> {
  try {
    const state = (await within(databaseTimeoutMs, ask())) ? "active" : "ended";
    deps.background(spareDatabase(deps, name, state));
    return state;
  } catch (error) {
    log.warn("state not read from the database", describeError(error));
    return undefined;
  }
}

async function spareDatabase({ redis }: Deps, name: string, state: State): Promise<void> {
  try {
    await redis.run(setUnlessKnown, [name], [state, activeTtlMs]);
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) throw error;
  }
}

/** Never overwrites: an "ended" that was written while the database was being asked must stay. */
const setUnlessKnown = "return redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX')";

/** Many states by one call. */
const readStates: Statement<string, unknown> = {
  run: async ({ redis }, names) => {
    if (names.length === 1) return [await redis.get(names[0] ?? "")];
    return (await redis.run("return redis.call('mget', unpack(KEYS))", names, [])) as unknown[];
  },
  itemsMax: 200,
  weigh: () => 1,
  weightMax: 200,
  waitingMax: 2_000,
};

const knownBy = lazilyPer((_instance: Instance) => new Map<string, Known>());

/** What has ended never stands again, so it is remembered for as long as there is room. */
function remember(instance: Instance, name: string, state: State | undefined, askedAt: number): void {
  const known = knownBy(instance);
  if (known.get(name)?.state === "ended") return;
  const until = state === "ended" ? Number.POSITIVE_INFINITY : askedAt + believedMs;
  putBounded(known, name, { state, until }, knownMax);
}
