import type { Reply, Status } from "../reply.ts";
import { arg, type CommandTable } from "./command-table.ts";
import { type ExpiryUnit, momentFrom } from "./expiry.ts";
import { globPattern } from "./glob.ts";
import { find, type Keyspace, remove } from "./keyspace.ts";
import { RedisError } from "./redis-error.ts";

/** Commands on keys of any type. */
export const keyCommands: CommandTable = {
  del: { arity: -2, run: (db, args) => count(args, (key) => remove(db, key)) },
  exists: { arity: -2, run: (db, args) => count(args, (key) => find(db, key) !== undefined) },
  expire: { arity: -3, run: (db, args) => expire(db, "expire", "ex", args) },
  pexpire: { arity: -3, run: (db, args) => expire(db, "pexpire", "px", args) },
  ttl: { arity: 2, run: (db, args) => timeLeft(db, args, (ms) => Math.floor((ms + 500) / 1000)) },
  pttl: { arity: 2, run: (db, args) => timeLeft(db, args, (ms) => ms) },
  persist: { arity: 2, run: persist },
  type: { arity: 2, run: (db, args): Status => ({ status: find(db, arg(args, 0))?.kind ?? "none" }) },
  keys: { arity: 2, run: keys },
};

function count(keys: readonly string[], test: (key: string) => boolean): number {
  return keys.filter(test).length;
}

function expire(db: Keyspace, command: string, unit: ExpiryUnit, args: readonly string[]): Reply {
  const conditions = readConditions(args.slice(2));
  const at = momentFrom(command, unit, arg(args, 1));
  const entry = find(db, arg(args, 0));
  if (entry === undefined || !holds(conditions, entry.expiresAt, at)) return 0;
  if (at <= Date.now()) db.delete(arg(args, 0));
  else entry.expiresAt = at;
  return 1;
}

function readConditions(args: readonly string[]): Set<string> {
  const conditions = new Set(args.map((word) => word.toLowerCase()));
  for (const word of args) {
    if (!["nx", "xx", "gt", "lt"].includes(word.toLowerCase())) throw new RedisError(`ERR Unsupported option ${word}`);
  }
  if (conditions.has("nx") && conditions.size > 1) {
    throw new RedisError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (conditions.has("gt") && conditions.has("lt")) {
    throw new RedisError("ERR GT and LT options at the same time are not compatible");
  }
  return conditions;
}

/** No expiry counts as the farthest one. */
function holds(conditions: ReadonlySet<string>, current: number | undefined, at: number): boolean {
  if (conditions.has("nx") && current !== undefined) return false;
  if (conditions.has("xx") && current === undefined) return false;
  if (conditions.has("gt") && at <= (current ?? Infinity)) return false;
  return !(conditions.has("lt") && at >= (current ?? Infinity));
}

function timeLeft(db: Keyspace, args: readonly string[], unit: (ms: number) => number): Reply {
  const entry = find(db, arg(args, 0));
  if (entry === undefined) return -2;
  return entry.expiresAt === undefined ? -1 : unit(entry.expiresAt - Date.now());
}

function persist(db: Keyspace, args: readonly string[]): Reply {
  const entry = find(db, arg(args, 0));
  if (entry?.expiresAt === undefined) return 0;
  entry.expiresAt = undefined;
  return 1;
}

function keys(db: Keyspace, args: readonly string[]): Reply {
  const pattern = globPattern(arg(args, 0));
  return [...db.keys()].filter((key) => pattern.test(key) && find(db, key) !== undefined);
}
