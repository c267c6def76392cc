import type { Reply } from "../reply.ts";
import { arg, pairs } from "./command-table.ts";
import { type Keyspace, read, readOrCreate, removeIfEmpty } from "./keyspace.ts";
import { formatG, scoreArgument } from "./numbers.ts";
import { RedisError, syntaxError } from "./redis-error.ts";
import { type SortedSet, sortedSet } from "./sorted-set.ts";

/** ZADD key [NX|XX] [GT|LT] [CH] [INCR] score member [score member …] */
export function zadd(db: Keyspace, args: readonly string[]): Reply {
  const key = arg(args, 0);
  const { options, rest } = splitOptions(args.slice(1));
  if (rest.length === 0 || rest.length % 2 !== 0) throw new RedisError(syntaxError);
  refuseContradictions(options, rest.length / 2);
  const members = pairs(rest).map(([score, member]) => ({ score: scoreArgument(score), member }));
  if (read(db, key, "zset") === undefined && options.has("xx")) return options.has("incr") ? null : 0;

  const zset = readOrCreate(db, "zset", key, sortedSet());
  const outcomes = members.map(({ score, member }) => put(zset, options, score, member));
  removeIfEmpty(db, key, zset);
  if (options.has("incr")) return outcomes[0]?.score === undefined ? null : formatG(outcomes[0].score, 17);
  return outcomes.filter(({ change }) => change === "added" || (change === "updated" && options.has("ch"))).length;
}

function splitOptions(args: readonly string[]) {
  const known = new Set(["nx", "xx", "gt", "lt", "ch", "incr"]);
  const first = args.findIndex((word) => !known.has(word.toLowerCase()));
  const end = first < 0 ? args.length : first;
  return { options: new Set(args.slice(0, end).map((word) => word.toLowerCase())), rest: args.slice(end) };
}

function refuseContradictions(options: ReadonlySet<string>, members: number): void {
  const has = (...names: string[]) => names.every((name) => options.has(name));
  if (has("nx", "xx")) throw new RedisError("ERR XX and NX options at the same time are not compatible");
  if (has("gt", "nx") || has("lt", "nx") || has("gt", "lt")) {
    throw new RedisError("ERR GT, LT, and/or NX options at the same time are not compatible");
  }
  if (has("incr") && members > 1) throw new RedisError("ERR INCR option supports a single increment-element pair");
}

type Outcome = { readonly change: "added" | "updated" | "same" | "refused"; readonly score?: number };

function put(zset: SortedSet, options: ReadonlySet<string>, given: number, member: string): Outcome {
  const current = zset.score(member);
  if (current === undefined) {
    if (options.has("xx")) return { change: "refused" };
    zset.put(member, given);
    return { change: "added", score: given };
  }
  if (options.has("nx")) return { change: "refused" };
  const score = options.has("incr") ? current + given : given;
  if (Number.isNaN(score)) throw new RedisError("ERR resulting score is not a number (NaN)");
  if ((options.has("lt") && score >= current) || (options.has("gt") && score <= current)) return { change: "refused" };
  if (score === current) return { change: "same", score };
  zset.put(member, score);
  return { change: "updated", score };
}
