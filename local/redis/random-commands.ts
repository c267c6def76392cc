import { scripts } from "./random-scripts.ts";
import type { Command } from "./reply.ts";

type Random = () => number;

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

type Maker = () => Command;

/** One command of those that the embedded engine knows, often with arguments that Redis refuses. */
export function randomCommand(random: Random, shaOf: (script: string) => string): Command {
  const words = vocabulary(random);
  const makers = [stringMakers, keyMakers, hashAndSetMakers, sortedSetMakers, serverMakers];
  return words.pick([...makers.flatMap((make) => make(words)), ...scriptMakers(words, shaOf)])();
}

type Words = ReturnType<typeof vocabulary>;

/** Few keys and fields, so that types collide; numbers at and beyond what Redis takes. */
function vocabulary(random: Random) {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T; // never out of range
  const chance = (share: number) => random() < share;
  const integer = () =>
    pick(["0", "1", "-1", "7", "100", int64Max, "-9223372036854775808", "1.5", "x", " 1", "007", ""]);
  const seconds = () => pick(["1000", "2000", "5000", "0", "-1", "x", int64Max]);
  return {
    pick,
    chance,
    some: (make: () => string, max = 3) => Array.from({ length: 1 + Math.floor(random() * max) }, make),
    maybe: (...words: string[]) => words.filter(() => chance(0.25)),
    key: () => pick(["k0", "k1", "k2", "k3", "k4", "k5", "k6", "\xff\x00key"]),
    field: () => pick(["a", "b", "c", "1", "2", ""]),
    value: () => pick(["text", "", "OK", "null", "\xe4\r\n\x00", integer()]),
    integer,
    seconds,
    expiry: () =>
      chance(0.4) ? pick([["EX", seconds()], ["px", "600000"], ...farMoments, ["PX", "0"], ["exat", "x"]]) : [],
    score: () => pick(["0", "1", "2", "-3.5", "1e3", "+4", "inf", "-inf", "nan", "x", "", "0.25", "1e400"]),
    bound: () => pick(["-inf", "+inf", "0", "(1", "2", "(-3.5", "1000", "(", "x", "(inf"]),
    index: () => pick(["0", "1", "-1", "2", "-3", "10", "-10", "x"]),
  };
}

const int64Max = "9223372036854775807";
const farMoments = [
  ["EXAT", "99999999999"],
  ["PXAT", "99999999999999"],
];

function stringMakers({ pick, some, maybe, key, value, integer, seconds, expiry }: Words): Maker[] {
  return [
    () => ["GET", key()],
    () => ["SET", key(), value(), ...maybe("NX", "xx", "GET", "KEEPTTL"), ...expiry()],
    () => ["SET", key(), value()],
    () => ["SETEX", key(), seconds(), value()],
    () => ["GETSET", key(), value()],
    () => ["MGET", ...some(key)],
    () => ["MSET", ...some(key, 4)],
    () => ["APPEND", key(), value()],
    () => [pick(["STRLEN", "GETDEL"]), key()],
    () => [pick(["INCR", "DECR"]), key()],
    () => [pick(["INCRBY", "DECRBY"]), key(), integer()],
  ];
}

function keyMakers({ pick, some, maybe, key, seconds }: Words): Maker[] {
  const patterns = ["*", "k?", "k[0-3]", "k[^0]", "[k", "*k*", "\\k1", "nothing", "k[3-1]"];
  const conditions = () => maybe("NX", "XX", "GT", "LT", "QQ").slice(0, 2);
  return [
    () => [pick(["DEL", "EXISTS"]), ...some(key)],
    () => ["DEL", key()],
    () => [pick(["EXPIRE", "PEXPIRE"]), key(), pick([seconds(), "600000"]), ...conditions()],
    () => [pick(["TTL", "PTTL", "PERSIST", "TYPE"]), key()],
    () => ["KEYS", pick(patterns)],
  ];
}

function hashAndSetMakers({ pick, some, key, field, value, integer }: Words): Maker[] {
  return [
    () => [pick(["HGETALL", "SMEMBERS", "SCARD", "ZCARD"]), key()],
    () => ["HSET", key(), ...some(field, 4), value()],
    () => ["HSET", key(), field(), value()],
    () => ["HGET", key(), field()],
    () => ["HMGET", key(), ...some(field)],
    () => ["HDEL", key(), ...some(field)],
    () => ["HINCRBY", key(), field(), integer()],
    () => [pick(["SADD", "SREM", "ZREM"]), key(), ...some(field)],
    () => [pick(["SISMEMBER", "ZSCORE"]), key(), field()],
  ];
}

function sortedSetMakers({ pick, chance, maybe, key, field, score, bound, index }: Words): Maker[] {
  const limit = () => (chance(0.4) ? ["LIMIT", index(), index()] : []);
  return [
    () => ["ZADD", key(), ...maybe("NX", "XX", "GT", "LT", "CH", "INCR"), score(), field(), ...maybe("5", "b")],
    () => ["ZADD", key(), pick(["0", "1", "2", "0.5"]), field(), pick(["3", "-1"]), field()],
    () => ["ZRANGE", key(), index(), index(), ...maybe("REV", "WITHSCORES")],
    () => ["ZRANGE", key(), index(), index(), ...maybe("LIMIT", "1", "REV", "BYSCORE")],
    () => ["ZRANGE", key(), bound(), bound(), "BYSCORE", ...maybe("REV", "WITHSCORES"), ...limit()],
    () => ["ZRANGEBYSCORE", key(), bound(), bound(), ...maybe("WITHSCORES"), ...limit()],
    () => ["ZREMRANGEBYSCORE", key(), bound(), bound()],
  ];
}

function serverMakers({ pick, chance, maybe, value }: Words): Maker[] {
  const names = ["GET", "SET", "HSET", "ZADD", "EVAL", "MGET", "nonsense", "PING", "SCRIPT"];
  return [
    () => ["PING", ...maybe("hello", "more")],
    () => ["ECHO", value()],
    () => ["DBSIZE", ...maybe("x")],
    () => ["TIME"],
    () => (chance(0.1) ? [pick(["FLUSHDB", "FLUSHALL"]), ...maybe("ASYNC", "x")] : ["DBSIZE"]),
    () => [pick(names), ...maybe("a", "b", "c", "d")],
  ];
}

function scriptMakers({ pick, chance, some, maybe, key, value }: Words, shaOf: (script: string) => string): Maker[] {
  const called = (script: string) => {
    const keys = some(key, 2);
    const count = chance(0.05) ? pick(["-1", "9", "x"]) : String(keys.length);
    return [script, count, ...keys, ...some(value)];
  };
  return [
    () => ["EVAL", ...called(pick(scripts))],
    () => ["EVAL", ...called(pick(scripts))],
    () => ["EVALSHA", ...called(shaOf(pick(scripts)))],
    () => ["SCRIPT", pick(["LOAD", "EXISTS", "load"]), pick(scripts)],
    () => ["SCRIPT", "EXISTS", ...some(() => shaOf(pick(scripts)))],
    () => (chance(0.1) ? ["SCRIPT", "FLUSH", ...maybe("SYNC", "x")] : ["SCRIPT", "nonsense"]),
  ];
}
