import type { Reply } from "../reply.ts";
import { arg, type CommandTable } from "./command-table.ts";
import { type Keyspace, read, readOrCreate, removeIfEmpty } from "./keyspace.ts";

/** Commands on sets. Members come in the order they were added. */
export const setCommands: CommandTable = {
  sadd: { arity: -3, run: sadd },
  srem: { arity: -3, run: srem },
  smembers: { arity: 2, run: (db, args) => [...(read(db, arg(args, 0), "set") ?? [])] },
  sismember: { arity: 3, run: (db, args) => (read(db, arg(args, 0), "set")?.has(arg(args, 1)) ? 1 : 0) },
  scard: { arity: 2, run: (db, args) => read(db, arg(args, 0), "set")?.size ?? 0 },
};

function sadd(db: Keyspace, args: readonly string[]): Reply {
  const set = readOrCreate(db, "set", arg(args, 0), new Set());
  const before = set.size;
  for (const member of args.slice(1)) set.add(member);
  return set.size - before;
}

function srem(db: Keyspace, args: readonly string[]): Reply {
  const set = read(db, arg(args, 0), "set");
  if (set === undefined) return 0;
  const removed = args.slice(1).filter((member) => set.delete(member)).length;
  removeIfEmpty(db, arg(args, 0), set);
  return removed;
}
