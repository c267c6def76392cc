import { putBounded } from "../../../platform/bounded-map.ts";
import type { Deps, Instance } from "../../../platform/deps.ts";
import { sha256 } from "../../../platform/hash.ts";
import { addressBlock } from "../../../platform/http/limit-address.ts";
import { lazilyPer } from "../../../platform/lazily-per.ts";
import { RedisUnavailable } from "../../../platform/redis.ts";
import { Problem } from "../../../shared/errors.ts";

export interface Attempt {
  readonly email: string;
  readonly address: string;
  /** The stored one, where there is an account. */
  readonly passwordHash: string | undefined;
}

interface Counter {
  readonly key: string;
  readonly quota: number;
  readonly windowMs: number;
}

interface Count {
  readonly failures: number;
  /** Milliseconds until the count starts anew. */
  readonly restMs: number;
}

const minuteMs = 60_000;
const countersMax = 20_000;

/**
 * Refuses where too many log-ins failed of late: of this e-mail from this address, of this e-mail, or from this address.
 * @throws Problem too-many-attempts
 */
export async function refuseTooManyAttempts(deps: Deps, attempt: Attempt): Promise<void> {
  const counters = countersOf(deps, attempt);
  const counts = await countsOf(deps, counters, "get");
  const restMs = counters.map(({ quota }, index) => {
    const count = counts[index];
    return count && count.failures >= quota ? count.restMs : 0;
  });
  const seconds = Math.ceil(Math.max(...restMs) / 1000);
  if (seconds <= 0) return;
  const detail = `Too many failed log-ins; wait ${seconds} s, or reset the password.`;
  throw new Problem("too-many-attempts", detail, {}, { "Retry-After": String(seconds) });
}

export async function countFailedLogIn(deps: Deps, attempt: Attempt): Promise<void> {
  await countsOf(deps, countersOf(deps, attempt), "incr");
}

/**
 * The defaults of api.md, rule 9. The scale that load tests need never widens how fast one account can be guessed at. With
 * a new password an account's count begins anew, on every instance.
 */
function countersOf({ config }: Deps, { email, address, passwordHash = "" }: Attempt): Counter[] {
  const block = addressBlock(address);
  const account = `${email} ${passwordHash}`;
  return [
    { key: keyOf("email-address", `${account} ${block}`), quota: 10, windowMs: 15 * minuteMs },
    { key: keyOf("email", account), quota: 100, windowMs: 60 * minuteMs },
    { key: keyOf("address", block), quota: 100 * config.RATE_LIMIT_SCALE, windowMs: 15 * minuteMs },
  ];
}

/** No e-mail lies in Redis. */
function keyOf(name: string, who: string): string {
  return `failed:${name}:${sha256(who).slice(0, 22)}`;
}

/** The counts of all instances, and never less than this one has seen itself, should Redis be away. */
async function countsOf(deps: Deps, counters: readonly Counter[], command: "get" | "incr"): Promise<Count[]> {
  const own = counters.map((counter) => ownCount(deps.instance, counter, command));
  const shared = await sharedCounts(deps, counters, command);
  return own.map((mine, index) => {
    const [failures = 0, restMs = 0] = shared[index] ?? [];
    return Number(failures) > mine.failures ? { failures: Number(failures), restMs: Number(restMs) } : mine;
  });
}

const countScript = `
local counts = {}
for i, key in ipairs(KEYS) do
  local failures = tonumber(redis.call(ARGV[1], key) or 0)
  if ARGV[1] == 'incr' and failures == 1 then redis.call('pexpire', key, ARGV[i + 1]) end
  counts[i] = {failures, redis.call('pttl', key)}
end
return counts`;

async function sharedCounts(
  { redis }: Deps,
  counters: readonly Counter[],
  command: "get" | "incr",
): Promise<(number | string)[][]> {
  try {
    const keys = counters.map(({ key }) => key);
    return (await redis.run(countScript, keys, [command, ...counters.map(({ windowMs }) => windowMs)])) as number[][];
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) throw error;
    return [];
  }
}

interface OwnCount {
  failures: number;
  readonly until: number;
}

const ownCountsBy = lazilyPer((_instance: Instance) => new Map<string, OwnCount>());

function ownCount(instance: Instance, { key, windowMs }: Counter, command: "get" | "incr"): Count {
  const counts = ownCountsBy(instance);
  const now = Date.now();
  const known = counts.get(key);
  const count = known && now < known.until ? known : { failures: 0, until: now + windowMs };
  if (command === "incr") {
    count.failures++;
    putBounded(counts, key, count, countersMax);
  }
  return { failures: count.failures, restMs: count.until - now };
}
