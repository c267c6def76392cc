import { createHash } from "node:crypto";
// This entry needs fetch alone, on both runtimes; the package's main one reads process.env.
import { Redis as Client } from "@upstash/redis/cloudflare";
import type { Config } from "./config.ts";
import type { Instance } from "./deps.ts";
import { lazilyPer } from "./lazily-per.ts";

/** What Headroom asks of Redis. Every call may throw `RedisUnavailable`: being away costs speed, never an answer. */
export interface Redis {
  readonly get: (key: string) => Promise<string | null>;
  readonly set: (key: string, value: string, ttlMs: number) => Promise<void>;
  readonly delete: (...keys: string[]) => Promise<void>;
  /** Runs a Lua script (EVALSHA, EVAL at first use). */
  readonly run: (script: string, keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;
  readonly ping: () => Promise<void>;
}

/** Redis did not answer in time or is known to be away. */
export class RedisUnavailable extends Error {
  override readonly name = "RedisUnavailable";
}

const timeoutMs = 300;
const failuresMax = 3;
const pauseMs = 1000;

/**
 * Upstash Redis over REST; the client is made at first use. A call gets 300 ms and one attempt. After 3 failures in a row
 * nothing is asked for a second, then one trial at a time: a Redis that hangs delays three requests, not all of them.
 */
export function openRedis(instance: Instance): Redis {
  const ask = <Answer>(command: (client: Client) => Promise<Answer>): Promise<Answer> =>
    guarded(breakerOf(instance), () => command(clientOf(instance)));
  return {
    get: (key) => ask((client) => client.get<string>(key)),
    set: async (key, value, ttlMs) => {
      await ask((client) => client.set(key, value, { px: ttlMs }));
    },
    delete: async (...keys) => {
      if (keys.length > 0) await ask((client) => client.del(...keys));
    },
    run: (script, keys, args) => ask((client) => runScript(client, digestsOf(instance), script, keys, args)),
    ping: async () => {
      await ask((client) => client.ping());
    },
  };
}

/** It holds settings and no connection, so that requests may share it on Workers too. */
const clientOf = lazilyPer(({ config }: Instance) => connect(config));

function connect(config: Config): Client {
  return new Client({
    url: config.UPSTASH_REDIS_REST_URL,
    token: config.UPSTASH_REDIS_REST_TOKEN,
    retry: { retries: 0 },
    // Only the function form throws when time is up; a plain signal resolves with the reason as if it were data.
    signal: () => AbortSignal.timeout(timeoutMs),
    automaticDeserialization: false,
    // Sends reads and writes of one tick in two separate requests, in no order.
    enableAutoPipelining: false,
    enableTelemetry: false,
  });
}

interface Breaker {
  failures: number;
  pausedUntil: number;
}

const breakerOf = lazilyPer((_: Instance): Breaker => ({ failures: 0, pausedUntil: 0 }));

async function guarded<Answer>(breaker: Breaker, call: () => Promise<Answer>): Promise<Answer> {
  if (breaker.failures >= failuresMax) {
    if (Date.now() < breaker.pausedUntil) throw new RedisUnavailable("Redis has failed repeatedly; not asked now.");
    // The trial: everyone else waits for its outcome or for the next pause to pass.
    breaker.pausedUntil = Date.now() + pauseMs;
  }
  try {
    const answer = await call();
    breaker.failures = 0;
    return answer;
  } catch (cause) {
    breaker.failures++;
    breaker.pausedUntil = Date.now() + pauseMs;
    throw new RedisUnavailable("Redis did not answer.", { cause });
  }
}

const digestsOf = lazilyPer((_: Instance) => new Map<string, string>());

async function runScript(
  client: Client,
  digests: Map<string, string>,
  script: string,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const digest = digests.get(script) ?? createHash("sha1").update(script).digest("hex");
  digests.set(script, digest);
  try {
    return await client.evalsha(digest, [...keys], [...args]);
  } catch (error) {
    if (!(error instanceof Error) || !/noscript/i.test(error.message)) throw error;
    return await client.eval(script, [...keys], [...args]);
  }
}
