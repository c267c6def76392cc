import type { Reply } from "../reply.ts";
import { arg, type CommandTable } from "./command-table.ts";
import { type Keyspace, read, removeIfEmpty } from "./keyspace.ts";
import { formatG } from "./numbers.ts";
import { scoreRange, within } from "./score-range.ts";
import { zadd } from "./zadd-command.ts";
import { zrange, zrangebyscore } from "./zrange-command.ts";

/** Commands on sorted sets. */
export const sortedSetCommands: CommandTable = {
  zadd: { arity: -4, run: zadd },
  zrange: { arity: -4, run: zrange },
  zrangebyscore: { arity: -4, run: zrangebyscore },
  zrem: { arity: -3, run: zrem },
  zremrangebyscore: { arity: 4, run: zremrangebyscore },
  zcard: { arity: 2, run: (db, args) => read(db, arg(args, 0), "zset")?.size ?? 0 },
  zscore: { arity: 3, run: zscore },
};

function zrem(db: Keyspace, args: readonly string[]): Reply {
  const zset = read(db, arg(args, 0), "zset");
  if (zset === undefined) return 0;
  const removed = args.slice(1).filter((member) => zset.remove(member)).length;
  removeIfEmpty(db, arg(args, 0), zset);
  return removed;
}

function zremrangebyscore(db: Keyspace, args: readonly string[]): Reply {
  const range = scoreRange(arg(args, 1), arg(args, 2));
  const zset = read(db, arg(args, 0), "zset");
  if (zset === undefined) return 0;
  const doomed = zset.ordered.filter(({ score }) => within(range, score));
  for (const { member } of doomed) zset.remove(member);
  removeIfEmpty(db, arg(args, 0), zset);
  return doomed.length;
}

function zscore(db: Keyspace, args: readonly string[]): Reply {
  const score = read(db, arg(args, 0), "zset")?.score(arg(args, 1));
  return score === undefined ? null : formatG(score, 17);
}
