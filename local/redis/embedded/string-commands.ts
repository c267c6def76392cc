import { ok, type Reply } from "../reply.ts";
import { arg, type CommandTable, pairs } from "./command-table.ts";
import { expiryFrom } from "./expiry.ts";
import { changeString, find, type Keyspace, read, remove, writeString } from "./keyspace.ts";
import { int64Argument, isInt64, toReply } from "./numbers.ts";
import { RedisError, wrongArity } from "./redis-error.ts";
import { set } from "./set-command.ts";

/** Commands on strings, counters included. */
export const stringCommands: CommandTable = {
  get: { arity: 2, run: (db, args) => read(db, arg(args, 0), "string") ?? null },
  set: { arity: -3, run: set },
  setex: { arity: 4, run: setex },
  getset: { arity: 3, run: getset },
  getdel: { arity: 2, run: getdel },
  mget: { arity: -2, run: (db, args) => args.map((key) => stringOrNull(db, key)) },
  mset: { arity: -3, run: mset },
  append: { arity: 3, run: append },
  strlen: { arity: 2, run: (db, args) => read(db, arg(args, 0), "string")?.length ?? 0 },
  incr: { arity: 2, run: (db, args) => add(db, arg(args, 0), 1n) },
  decr: { arity: 2, run: (db, args) => add(db, arg(args, 0), -1n) },
  incrby: { arity: 3, run: (db, args) => add(db, arg(args, 0), int64Argument(arg(args, 1))) },
  decrby: { arity: 3, run: decrby },
};

function setex(db: Keyspace, args: readonly string[]): Reply {
  const expiresAt = expiryFrom("setex", "ex", arg(args, 1));
  writeString(db, arg(args, 0), arg(args, 2), expiresAt);
  return ok;
}

function getset(db: Keyspace, args: readonly string[]): Reply {
  const old = read(db, arg(args, 0), "string") ?? null;
  writeString(db, arg(args, 0), arg(args, 1));
  return old;
}

function getdel(db: Keyspace, args: readonly string[]): Reply {
  const old = read(db, arg(args, 0), "string") ?? null;
  remove(db, arg(args, 0));
  return old;
}

function stringOrNull(db: Keyspace, key: string): string | null {
  const entry = find(db, key);
  return entry?.kind === "string" ? entry.value : null;
}

function mset(db: Keyspace, args: readonly string[]): Reply {
  if (args.length % 2 !== 0) throw wrongArity("mset");
  for (const [key, value] of pairs(args)) writeString(db, key, value);
  return ok;
}

function append(db: Keyspace, args: readonly string[]): Reply {
  return changeString(db, arg(args, 0), (value = "") => value + arg(args, 1)).length;
}

function decrby(db: Keyspace, args: readonly string[]): Reply {
  const amount = -int64Argument(arg(args, 1));
  if (!isInt64(amount)) throw new RedisError("ERR decrement would overflow");
  return add(db, arg(args, 0), amount);
}

function add(db: Keyspace, key: string, amount: bigint): Reply {
  const sum = changeString(db, key, (value = "0") => {
    const next = int64Argument(value) + amount;
    if (!isInt64(next)) throw new RedisError("ERR increment or decrement would overflow");
    return String(next);
  });
  return toReply(BigInt(sum));
}
