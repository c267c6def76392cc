import type { Redis } from "../redis.ts";
import { decodeValue, encodeValue, type Value } from "./value.ts";

/** What Redis holds of a key. */
export interface Seen {
  readonly value: Value | undefined;
  readonly ageMs: number;
  /** True for the one reader, over all instances, who is to load the value now. */
  readonly leased: boolean;
}

/** Longer than a load takes; a holder who died is replaced after it. */
const leaseMs = 2000;

/**
 * One round trip: the value, its age by Redis' own clock, and where it is past its soft age or absent, the lease.
 * KEYS value, lease; ARGV lease's ms.
 */
const lookScript = `
local value = redis.call('GET', KEYS[1])
local age = 0
if value then
  local soft, hard, keep = string.match(value, '^%d+ (%d+) (%d+) (%d+)')
  age = tonumber(keep) - redis.call('PTTL', KEYS[1])
  if age < tonumber(soft) then return {value, age, 0} end
end
local leased = redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[1]) and 1 or 0
return {value or '', age, leased}
`;

/**
 * Compare-and-set: an older version never replaces a newer one, which is answered instead. Ends the lease.
 * KEYS value, lease; ARGV text, version, ms to keep.
 */
const storeScript = `
redis.call('DEL', KEYS[2])
local held = redis.call('GET', KEYS[1])
if held and tonumber(string.match(held, '^%d+')) > tonumber(ARGV[2]) then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return ''
`;

/** @throws RedisUnavailable */
export async function look(redis: Redis, key: string, publicUrl: string): Promise<Seen> {
  const answer = await redis.run(lookScript, keysOf(key), [leaseMs]);
  const [text, ageMs, leased] = answer as [string, number, number];
  return { value: text === "" ? undefined : decodeValue(text, publicUrl), ageMs, leased: leased === 1 };
}

/** Stores the value unless Redis holds a newer version; answers the one that stands. @throws RedisUnavailable */
export async function store(redis: Redis, key: string, value: Value, publicUrl: string): Promise<Value> {
  const text = encodeValue(value, publicUrl);
  const newer = await redis.run(storeScript, keysOf(key), [text, value.version, value.ages.keepMs]);
  return newer === "" ? value : decodeValue(String(newer), publicUrl);
}

/** The number rises when what stands under a key changes its form, so that two releases can run side by side. */
function keysOf(key: string): [value: string, lease: string] {
  return [`cache:1:${key}`, `lease:1:${key}`];
}
