import type { Reply } from "../reply.ts";
import { arg, type CommandTable, pairs } from "./command-table.ts";
import { type Keyspace, read, readOrCreate, removeIfEmpty } from "./keyspace.ts";
import { int64Argument, isInt64, toReply } from "./numbers.ts";
import { RedisError, wrongArity } from "./redis-error.ts";

/** Commands on hashes. Fields come in the order they were first written. */
export const hashCommands: CommandTable = {
  hset: { arity: -4, run: hset },
  hget: { arity: 3, run: (db, args) => read(db, arg(args, 0), "hash")?.get(arg(args, 1)) ?? null },
  hmget: { arity: -3, run: hmget },
  hgetall: { arity: 2, run: (db, args) => [...(read(db, arg(args, 0), "hash") ?? [])].flat() },
  hdel: { arity: -3, run: hdel },
  hincrby: { arity: 4, run: hincrby },
};

function hset(db: Keyspace, args: readonly string[]): Reply {
  if (args.length % 2 === 0) throw wrongArity("hset");
  const hash = readOrCreate(db, "hash", arg(args, 0), new Map());
  const before = hash.size;
  for (const [field, value] of pairs(args.slice(1))) hash.set(field, value);
  return hash.size - before;
}

function hmget(db: Keyspace, args: readonly string[]): Reply {
  const hash = read(db, arg(args, 0), "hash");
  return args.slice(1).map((field) => hash?.get(field) ?? null);
}

function hdel(db: Keyspace, args: readonly string[]): Reply {
  const hash = read(db, arg(args, 0), "hash");
  if (hash === undefined) return 0;
  const removed = args.slice(1).filter((field) => hash.delete(field)).length;
  removeIfEmpty(db, arg(args, 0), hash);
  return removed;
}

function hincrby(db: Keyspace, args: readonly string[]): Reply {
  const amount = int64Argument(arg(args, 2));
  const current = read(db, arg(args, 0), "hash")?.get(arg(args, 1)) ?? "0";
  const sum = int64Argument(current, "ERR hash value is not an integer") + amount;
  if (!isInt64(sum)) throw new RedisError("ERR increment or decrement would overflow");
  readOrCreate(db, "hash", arg(args, 0), new Map()).set(arg(args, 1), String(sum));
  return toReply(sum);
}
