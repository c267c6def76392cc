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
