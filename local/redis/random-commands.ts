import type { Command } from "./reply.ts";

/** Scripts of the differential test: conversions both ways, errors raised and caught, globals, numbers. */
export const scripts = [
  `return redis.call('get', KEYS[1])`,
  `return redis.call('incrby', KEYS[1], ARGV[1])`,
  `return redis.pcall('incrby', KEYS[1], ARGV[1])`,
  `local reply = redis.pcall('hget', KEYS[1], ARGV[1]) return type(reply) == 'table' and reply.err or reply`,
  `redis.call('set', KEYS[1], ARGV[1]) redis.call('pexpire', KEYS[1], 500000) return redis.call('ttl', KEYS[1])`,
  `return redis.call('set', KEYS[1], 1.5 * (tonumber(ARGV[1]) or 3))`,
  `return {1, 2.99, -3.5, 'text', true, false, {4, {5}}, nil, 6}`,
  `return {redis.status_reply('FINE'), redis.error_reply('BAD thing'), redis.sha1hex(ARGV[1])}`,
  `return redis.error_reply('single')`,
  `return redis.error_reply('MYCODE with text')`,
  `return {err = 'CUSTOM text'}`,
  `error('raised')`,
  `error({err = 'TABLE raised'})`,
  `local x = nil + 1`,
  `return missing`,
  `made = 1`,
  `return {tostring(10 / 4), tostring(2 ^ 53), tostring(7 % 3), 10 .. '', tostring(-0.1), tostring(1e100), 1700000000 * 1000}`,
  `return redis.call('zadd', KEYS[1], ARGV[1], 'from script')`,
  `return redis.call('nonsense')`,
  `return redis.call('get')`,
  `return redis.call('eval', 'return 1', 0)`,
  `return redis.call()`,
  `return redis.call('get', {})`,
  `return #KEYS + #ARGV`,
  `return {unpack(ARGV)}`,
  `local sum = 0 for i = 1, #ARGV do sum = sum + (tonumber(ARGV[i]) or 0) end return sum`,
  `local out = {} for i, v in ipairs(redis.call('mget', KEYS[1], 'k0')) do out[i] = v == false and 'none' or v end return out`,
  `return string.format('%d %s %6.2f %x', 42, #ARGV, 2.25, 255)`,
  `return {redis.call('type', KEYS[1]), redis.call('type', KEYS[1]).ok, redis.call('exists', KEYS[1])}`,
  `if redis.call('set', KEYS[1], ARGV[1], 'NX') then return 1 else return 0 end`,
  `this is no Lua`,
];

export type Random = () => number;

/** mulberry32: the same seed gives the same numbers everywhere. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One command of those that the embedded engine knows, often with arguments that Redis refuses. */
export function randomCommand(random: Random, shaOf: (script: string) => string): Command {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const some = (make: () => string, max = 3) => Array.from({ length: 1 + Math.floor(random() * max) }, make);
  const maybe = (...words: string[]) => words.filter(() => random() < 0.25);
  const key = () => pick(["k0", "k1", "k2", "k3", "k4", "k5", "k6", "\xff\x00key"]);
  const field = () => pick(["a", "b", "c", "1", "2", ""]);
  const integer = () =>
    pick(["0", "1", "-1", "7", "100", "9223372036854775807", "-9223372036854775808", "1.5", "x", " 1", "007", ""]);
  const score = () => pick(["0", "1", "2", "-3.5", "1e3", "+4", "inf", "-inf", "nan", "x", "", "0.25", "1e400"]);
  const bound = () => pick(["-inf", "+inf", "0", "(1", "2", "(-3.5", "1000", "(", "x", "(inf"]);
  const index = () => pick(["0", "1", "-1", "2", "-3", "10", "-10", "x"]);
  const seconds = () => pick(["1000", "2000", "5000", "0", "-1", "x", "9223372036854775807"]);
  const value = () => pick([...["text", "", "OK", "null", "\xe4\r\n\x00"], integer()]);
  const withKeys = (script: string) => {
    const keys = some(key, 2);
    const count = random() < 0.05 ? pick(["-1", "9", "x"]) : String(keys.length);
    return [script, count, ...keys, ...some(value)];
  };
  const expiry = () =>
    random() < 0.4
      ? [
          ...pick([
            ["EX", seconds()],
            ["px", "600000"],
            ["EXAT", "99999999999"],
            ["PXAT", "99999999999999"],
            ["PX", "0"],
            ["exat", "x"],
          ]),
        ]
      : [];

  const makers: (() => Command)[] = [
    () => ["PING", ...maybe("hello", "more")],
    () => ["ECHO", value()],
    () => ["GET", key()],
    () => ["SET", key(), value(), ...maybe("NX", "xx", "GET", "KEEPTTL"), ...expiry()],
    () => ["SET", key(), value()],
    () => ["SETEX", key(), seconds(), value()],
    () => [pick(["DEL", "EXISTS"]), ...some(key)],
    () => ["DEL", key()],
    () => ["MGET", ...some(key)],
    () => ["MSET", ...some(key, 4)],
    () => [pick(["INCR", "DECR"]), key()],
    () => [pick(["INCRBY", "DECRBY"]), key(), integer()],
    () => [
      pick(["EXPIRE", "PEXPIRE"]),
      key(),
      pick([seconds(), "600000"]),
      ...maybe("NX", "XX", "GT", "LT", "QQ").slice(0, 2),
    ],
    () => [pick(["TTL", "PTTL", "PERSIST", "TYPE", "STRLEN", "GETDEL"]), key()],
    () => [pick(["HGETALL", "SMEMBERS", "SCARD", "ZCARD"]), key()],
    () => ["HSET", key(), ...some(field, 4), value()],
    () => ["HSET", key(), field(), value()],
    () => ["HGET", key(), field()],
    () => ["HMGET", key(), ...some(field)],
    () => ["HDEL", key(), ...some(field)],
    () => ["HINCRBY", key(), field(), integer()],
    () => [pick(["SADD", "SREM", "ZREM"]), key(), ...some(field)],
    () => [pick(["SISMEMBER", "ZSCORE"]), key(), field()],
    () => ["ZADD", key(), ...maybe("NX", "XX", "GT", "LT", "CH", "INCR"), score(), field(), ...maybe("5", "b")],
    () => ["ZADD", key(), pick(["0", "1", "2", "0.5"]), field(), pick(["3", "-1"]), field()],
    () => ["ZRANGE", key(), index(), index(), ...maybe("REV", "WITHSCORES")],
    () => [
      "ZRANGE",
      key(),
      bound(),
      bound(),
      "BYSCORE",
      ...maybe("REV", "WITHSCORES"),
      ...(random() < 0.4 ? ["LIMIT", index(), index()] : []),
    ],
    () => ["ZRANGE", key(), index(), index(), ...maybe("LIMIT", "1", "REV", "BYSCORE")],
    () => [
      "ZRANGEBYSCORE",
      key(),
      bound(),
      bound(),
      ...maybe("WITHSCORES"),
      ...(random() < 0.3 ? ["LIMIT", index(), index()] : []),
    ],
    () => ["ZREMRANGEBYSCORE", key(), bound(), bound()],
    () => ["APPEND", key(), value()],
    () => ["GETSET", key(), value()],
    () => ["KEYS", pick(["*", "k?", "k[0-3]", "k[^0]", "[k", "*k*", "\\k1", "nothing", "k[3-1]"])],
    () => ["DBSIZE"],
    () => ["TIME"],
    () => ["EVAL", ...withKeys(pick(scripts))],
    () => ["EVAL", ...withKeys(pick(scripts))],
    () => ["EVALSHA", ...withKeys(shaOf(pick(scripts)))],
    () => ["SCRIPT", pick(["LOAD", "EXISTS", "load"]), pick(scripts)],
    () => ["SCRIPT", "EXISTS", ...some(() => shaOf(pick(scripts)))],
    () => (random() < 0.1 ? ["SCRIPT", "FLUSH", ...maybe("SYNC", "x")] : ["SCRIPT", "nonsense"]),
    () => (random() < 0.1 ? [pick(["FLUSHDB", "FLUSHALL"]), ...maybe("ASYNC", "x")] : ["DBSIZE", ...maybe("x")]),
    () => [
      pick(["GET", "SET", "HSET", "ZADD", "EVAL", "MGET", "nonsense", "PING", "SCRIPT"]),
      ...maybe("a", "b", "c", "d"),
    ],
  ];
  return pick(makers)();
}
