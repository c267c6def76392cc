import { Problem, retryLater } from "../shared/errors.ts";
import type { Statement } from "./coalesce.ts";
import type { Instance } from "./deps.ts";
import { lazilyPer } from "./lazily-per.ts";
import { describeError } from "./log.ts";
import { RedisUnavailable } from "./redis.ts";
import type { Scope } from "./scope.ts";

/** Of one user, over all instances (api.md, rule 9). */
const ofUserMax = 5;
const ofInstanceMax = 2_000;
/** What an instance that died held is free after this. */
const leaseMs = 15_000;

/** A stream's place among those of its user. */
export interface OpenStream {
  /** Called every 5 s, or the place is given to others. */
  readonly renew: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Takes a place for one more open stream of the user. Redis holds the places of all instances; while it is away only the
 * instance's own bound holds.
 * @throws Problem limit-reached, overloaded
 */
export async function openStream(scope: Scope, userId: string): Promise<OpenStream> {
  const held = heldBy(scope.deps.instance);
  if (held.streams >= ofInstanceMax) throw retryLater("overloaded", "Too many streams are open here.");
  held.streams++;
  const id = crypto.randomUUID();
  const key = await placeOf(scope, userId, id).catch((error: unknown) => {
    held.streams--;
    throw error;
  });
  return {
    renew: async () => {
      if (key !== undefined) await unlessAway(scope, scope.deps.coalesce(renewals, { key, id }));
    },
    close: async () => {
      held.streams--;
      if (key !== undefined) await unlessAway(scope, scope.deps.redis.run(closing, [key], [id]));
    },
  };
}

/** The streams that are open on this instance. */
export const heldBy = lazilyPer((_: Instance) => ({ streams: 0 }));

/** The key of the place, undefined where Redis could not say. */
async function placeOf(scope: Scope, userId: string, id: string): Promise<string | undefined> {
  const keys = Array.from({ length: ofUserMax }, (_, place) => `stream:${userId}:${place}`);
  const taken = await unlessAway(scope, scope.deps.redis.run(taking, keys, [id, leaseMs]));
  if (taken === undefined) return undefined;
  const key = keys[Number(taken) - 1];
  if (key !== undefined) return key;
  throw new Problem("limit-reached", `You have ${ofUserMax} open streams; close one first.`, { limit: ofUserMax });
}

/** The first free place from 1, or 0. */
const taking = `
for i, key in ipairs(KEYS) do
  if redis.call('set', key, ARGV[1], 'PX', ARGV[2], 'NX') then return i end
end
return 0`;

const closing = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

/** Those of all streams that are due, in one call. */
const renewals: Statement<{ readonly key: string; readonly id: string }, void> = {
  run: async ({ redis }, items) => {
    const ids = items.map(({ id }) => id);
    await redis.run(
      renewing,
      items.map(({ key }) => key),
      [leaseMs, ...ids],
    );
    return items.map(() => undefined);
  },
  itemsMax: 500,
  weigh: () => 1,
  weightMax: 500,
  waitingMax: ofInstanceMax,
};

const renewing = "for i, key in ipairs(KEYS) do redis.call('set', key, ARGV[i + 1], 'PX', ARGV[1]) end return 1";

async function unlessAway<T>(scope: Scope, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) throw error;
    scope.log.warn("open streams not counted", describeError(error));
    return undefined;
  }
}
