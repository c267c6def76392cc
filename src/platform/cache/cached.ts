import { heardByClient } from "../client-gone.ts";
import { mustBypassCaches } from "../consistency/requested.ts";
import type { Instance } from "../deps.ts";
import { lazilyPer } from "../lazily-per.ts";
import { describeError } from "../log.ts";
import { RedisUnavailable } from "../redis.ts";
import type { Scope } from "../scope.ts";
import { firstLevelOf, type Held } from "./first-level.ts";
import { look, type Seen, store } from "./second-level.ts";
import type { Value } from "./value.ts";

/** A value and how it came, for `Cache-Status` (RFC 9211). */
export interface Found {
  readonly value: Value;
  readonly came: "bypass" | "instance" | "redis" | "stale" | "loaded";
}

/** Loads the value for the scope given: that of the one who asks, or of all who wait. */
type Load = (scope: Scope) => Promise<Value>;

/** How long an instance trusts its own bytes without asking Redis: the bound on what a lost invalidation costs it. */
const trustMs = 1000;
/** How long one who holds no lease waits for the holder's value before loading it himself. */
const waitsMs = [20, 40, 80, 160];

/**
 * The value of a key: from this instance, from Redis, or loaded. `load` runs once for all who ask at the same time.
 * A request that brought a consistency token or asked for more than `eventual` reads past every cache. Redis being away
 * costs speed; loading failing costs freshness, as long as old bytes are there.
 */
export async function cached(scope: Scope, key: string, load: Load): Promise<Found> {
  if (mustBypassCaches(scope)) return { value: await load(scope), came: "bypass" };
  const held = firstLevelOf(scope.deps.instance).get(key);
  const found = held && isTrusted(held) ? instanceHit(held) : await furtherForAll(scope, key, load);
  if (found.came !== "loaded") scope.servedBy = "cache";
  return found;
}

/** The others who wait for it, here and on other instances, are not stopped by one client that goes away. */
async function furtherForAll(scope: Scope, key: string, load: Load): Promise<Found> {
  const forAll = { ...scope, signal: undefined };
  const found = await heardByClient(scope, () => shared(forAll, key, () => further(forAll, key, load)));
  scope.servedBy = forAll.servedBy;
  return found;
}

/** Puts a thing's newest value where it will be read, after its write was committed. Losing it costs freshness alone. */
export function publish(scope: Scope, key: string, value: Value): void {
  const { deps } = scope;
  firstLevelOf(deps.instance).put(key, value, 0);
  deps.background(withoutRedis(() => store(deps.redis, key, value, deps.config.PUBLIC_URL), value));
}

function isTrusted({ value, bornAt, heardAt }: Held): boolean {
  const now = Date.now();
  return now - heardAt < trustMs && now - bornAt < value.ages.hardMs;
}

const instanceHit = ({ value }: Held): Found => ({ value, came: "instance" });

const flightsOf = lazilyPer((_: Instance) => new Map<string, Promise<Found>>());

/** One look-up for all of this instance who ask at the same time, where requests may share a promise. */
async function shared(scope: Scope, key: string, find: () => Promise<Found>): Promise<Found> {
  if (!scope.deps.sharesPromises) return await find();
  const flights = flightsOf(scope.deps.instance);
  const flying = flights.get(key);
  if (flying) return await flying;
  const flight = find().finally(() => flights.delete(key));
  flights.set(key, flight);
  return await flight;
}

async function further(scope: Scope, key: string, load: Load): Promise<Found> {
  const { redis, config, background } = scope.deps;
  const first = firstLevelOf(scope.deps.instance);
  const seen = await withoutRedis(() => look(redis, key, config.PUBLIC_URL), nothingSeen);
  if (seen.value && seen.ageMs < seen.value.ages.hardMs) {
    const value = first.put(key, seen.value, seen.ageMs);
    if (seen.leased) background(renew(scope, key, load));
    return { value, came: seen.ageMs < seen.value.ages.softMs ? "redis" : "stale" };
  }
  const awaited = seen.leased ? undefined : await holdersValue(scope, key);
  if (awaited) return { value: first.put(key, awaited, 0), came: "redis" };
  try {
    return { value: await renew(scope, key, load), came: "loaded" };
  } catch (error) {
    const old = seen.value ?? first.get(key)?.value;
    if (old === undefined) throw error;
    scope.log.warn("old bytes are served, loading failed", { key, ...describeError(error) });
    return { value: old, came: "stale" };
  }
}

/** Where Redis cannot be asked there is no lease to wait for. */
const nothingSeen: Seen = { value: undefined, ageMs: 0, leased: true };

async function renew(scope: Scope, key: string, load: Load): Promise<Value> {
  const { redis, config, instance } = scope.deps;
  const loaded = await load(scope);
  const stands = await withoutRedis(() => store(redis, key, loaded, config.PUBLIC_URL), loaded);
  return firstLevelOf(instance).put(key, stands, 0);
}

async function holdersValue(scope: Scope, key: string): Promise<Value | undefined> {
  const { redis, config } = scope.deps;
  for (const ms of waitsMs) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    const seen = await withoutRedis(() => look(redis, key, config.PUBLIC_URL), nothingSeen);
    if (seen.value && seen.ageMs < seen.value.ages.hardMs) return seen.value;
    if (seen.leased) return undefined;
  }
  return undefined;
}

async function withoutRedis<Answer>(ask: () => Promise<Answer>, otherwise: Answer): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RedisUnavailable) return otherwise;
    throw error;
  }
}
