import { Problem } from "../shared/errors.ts";
import { putBounded } from "./bounded-map.ts";
import type { Statement } from "./coalesce.ts";
import type { Deps, Instance } from "./deps.ts";
import { lazilyPer } from "./lazily-per.ts";
import { RedisUnavailable } from "./redis.ts";
import type { Scope } from "./scope.ts";

/** So many requests in a window of so many seconds, before RATE_LIMIT_SCALE. */
export interface Policy {
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
  /** What is mailed to one address: RATE_LIMIT_SCALE leaves it as it is. */
  readonly unscaled?: true;
}

/** The defaults of api.md, rule 9. */
export const policies = {
  address: { name: "address", quota: 1_200, windowSeconds: 60 },
  user: { name: "user", quota: 600, windowSeconds: 60 },
  strong: { name: "strong", quota: 60, windowSeconds: 60 },
  registration: { name: "registration", quota: 20, windowSeconds: 3_600 },
  reset: { name: "reset", quota: 3, windowSeconds: 3_600, unscaled: true },
  export: { name: "export", quota: 2, windowSeconds: 3_600 },
  verification: { name: "verification", quota: 3, windowSeconds: 3_600, unscaled: true },
} as const satisfies Record<string, Policy>;

/** The fields of draft-ietf-httpapi-ratelimit-headers. */
interface RateLimitFields {
  readonly "RateLimit-Policy": string;
  readonly RateLimit: string;
}

/** What an instance has leased of one window's quota. Redis counts the leases of all instances. */
interface Lease {
  readonly window: number;
  readonly quota: number;
  left: number;
  /** What this instance was granted of the window so far. */
  granted: number;
  /** What all instances have leased, as far as this one knows. */
  leased: number;
  /** Nothing more to lease in this window, or (Redis being away) the instance counts for itself. */
  closed: boolean;
  /** While a part is being leased, who cannot wait for it (Workers) leases for himself alone. */
  leasing: boolean;
}

interface Spending {
  readonly policy: Policy;
  readonly who: string;
}

const leasesMax = 50_000;
/** The first lease of a window is this part of the quota, the largest that: see `leaseSize`. */
const smallestShare = 1 / 100;
const largestShare = 1 / 20;

/**
 * Counts one request of `who` under the policy. Mostly no more than a subtraction: a call to Redis leases several
 * requests of the window's quota at a time. Redis being away, the instance counts for itself alone.
 * @throws Problem rate-limited
 */
export async function spend(scope: Scope, policy: Policy, who: string): Promise<RateLimitFields> {
  const { instance, coalesce } = scope.deps;
  const spending = { policy, who };
  const lease = leaseOf(instance, spending);
  if (takeFrom(lease)) return fieldsOf(policy, lease);
  const allowed = !lease.closed && (await coalesce(spendings, spending));
  const fields = fieldsOf(policy, leaseOf(instance, spending));
  if (allowed) return fields;
  const seconds = secondsLeft(policy);
  throw new Problem(
    "rate-limited",
    `More than ${lease.quota} requests in ${policy.windowSeconds} s; wait ${seconds} s.`,
    { policy: policy.name },
    { ...fields, "Retry-After": String(seconds) },
  );
}

/** Concurrent requests whose leases are used up: one call leases for all of them. */
const spendings: Statement<Spending, boolean> = {
  run: async (deps, items) => {
    // Held on to over the call: a window that begins meanwhile has leases of its own, and nothing in them yet.
    const asking = items.map((item) => ({ ...item, lease: leaseOf(deps.instance, item) }));
    await refill(deps, asking);
    return asking.map(({ lease }) => takeFrom(lease));
  },
  itemsMax: 500,
  weigh: () => 1,
  weightMax: 500,
  waitingMax: 5_000,
};

async function refill(deps: Deps, asking: readonly (Spending & { readonly lease: Lease })[]): Promise<void> {
  const byKey = Map.groupBy(asking, keyOf);
  const short = [...byKey].flatMap(([key, [first, ...more]]) => {
    if (!first) return [];
    const { lease } = first;
    const wanted = Math.max(more.length + 1 - lease.left, 0);
    if (wanted === 0 || lease.closed) return [];
    const size = lease.leasing ? wanted : Math.max(wanted, leaseSize(lease));
    return [{ key: `limit:${key}:${lease.window}`, lease, size, ttlMs: first.policy.windowSeconds * 2_000 }];
  });
  if (short.length === 0) return;
  for (const { lease } of short) lease.leasing = true;
  try {
    const args = short.flatMap(({ size, ttlMs }) => [size, ttlMs]);
    const totals = (await deps.redis.run(
      leaseScript,
      short.map(({ key }) => key),
      args,
    )) as number[];
    for (const [index, { lease, size }] of short.entries()) grant(lease, size, Number(totals[index]));
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) throw error;
    for (const { lease } of short) countAlone(lease);
  } finally {
    for (const { lease } of short) lease.leasing = false;
  }
}

/**
 * As much as the instance has had of the window already, within bounds: of a hundred instances that each meet a client
 * once none takes the quota from the others, and one that meets him often asks Redis a few times.
 */
function leaseSize({ quota, granted }: Lease): number {
  return Math.floor(Math.min(Math.max(granted, quota * smallestShare), quota * largestShare));
}

/** Answers what is leased in all of each window, and lets the count go with it. */
const leaseScript = `
local totals = {}
for i, key in ipairs(KEYS) do
  totals[i] = redis.call('incrby', key, ARGV[2 * i - 1])
  if totals[i] == tonumber(ARGV[2 * i - 1]) then redis.call('pexpire', key, ARGV[2 * i]) end
end
return totals`;

function grant(lease: Lease, size: number, total: number): void {
  const granted = Math.max(0, Math.min(size, lease.quota - (total - size)));
  lease.left += granted;
  lease.granted += granted;
  lease.leased = Math.min(total, lease.quota);
  lease.closed = granted < size;
}

function countAlone(lease: Lease): void {
  lease.left += lease.quota - lease.leased;
  lease.leased = lease.quota;
  lease.closed = true;
}

function takeFrom(lease: Lease): boolean {
  if (lease.left <= 0) return false;
  lease.left--;
  return true;
}

const leasesBy = lazilyPer((_instance: Instance) => new Map<string, Lease>());

/** The lease of the window that now runs. */
function leaseOf(instance: Instance, spending: Spending): Lease {
  const leases = leasesBy(instance);
  const key = keyOf(spending);
  const window = Math.floor(Date.now() / (spending.policy.windowSeconds * 1000));
  const known = leases.get(key);
  if (known?.window === window) return known;
  const { policy } = spending;
  const scale = policy.unscaled ? 1 : instance.config.RATE_LIMIT_SCALE;
  const quota = Math.max(1, Math.floor(policy.quota * scale));
  const lease = { window, quota, left: 0, granted: 0, leased: 0, closed: false, leasing: false };
  putBounded(leases, key, lease, leasesMax);
  return lease;
}

function keyOf({ policy, who }: Spending): string {
  return `${policy.name}:${who}`;
}

function fieldsOf(policy: Policy, lease: Lease): RateLimitFields {
  const rest = lease.quota - lease.leased + lease.left;
  return {
    "RateLimit-Policy": `"${policy.name}";q=${lease.quota};w=${policy.windowSeconds}`,
    RateLimit: `"${policy.name}";r=${rest};t=${secondsLeft(policy)}`,
  };
}

function secondsLeft({ windowSeconds }: Policy): number {
  return windowSeconds - (Math.floor(Date.now() / 1000) % windowSeconds);
}
