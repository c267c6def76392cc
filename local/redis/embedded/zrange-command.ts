import type { Reply } from "../reply.ts";
import { arg } from "./command-table.ts";
import { type Keyspace, read } from "./keyspace.ts";
import { formatG, integerArgument } from "./numbers.ts";
import { RedisError, syntaxError } from "./redis-error.ts";
import { scoreRange, within } from "./score-range.ts";
import type { Member, SortedSet } from "./sorted-set.ts";

type Options = { byScore: boolean; reverse: boolean; withScores: boolean; offset: number; count: number };
type Select = (zset: SortedSet) => readonly Member[];

/** ZRANGE key min max [BYSCORE] [REV] [LIMIT offset count] [WITHSCORES]; BYLEX is not there. */
export function zrange(db: Keyspace, args: readonly string[]): Reply {
  return answer(db, args, readOptions(args.slice(3), true));
}

/** ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count] */
export function zrangebyscore(db: Keyspace, args: readonly string[]): Reply {
  return answer(db, args, { ...readOptions(args.slice(3), false), byScore: true });
}

function answer(db: Keyspace, args: readonly string[], options: Options): Reply {
  const select = options.byScore ? byScore(args, options) : byRank(args, options);
  const zset = read(db, arg(args, 0), "zset");
  const members = zset === undefined ? [] : select(zset);
  return members.flatMap(({ member, score }) => (options.withScores ? [member, formatG(score, 17)] : [member]));
}

function byScore(args: readonly string[], { reverse, offset, count }: Options): Select {
  const [from, to] = [arg(args, 1), arg(args, 2)];
  const range = reverse ? scoreRange(to, from) : scoreRange(from, to);
  return ({ ordered }) => {
    const found = ordered.filter(({ score }) => within(range, score));
    if (reverse) found.reverse();
    if (offset < 0) return [];
    return found.slice(offset, count < 0 ? undefined : offset + count);
  };
}

function byRank(args: readonly string[], { reverse }: Options): Select {
  const [from, to] = [integerArgument(arg(args, 1)), integerArgument(arg(args, 2))];
  return ({ ordered, size }) => {
    const start = Math.max(0, from < 0 ? from + size : from);
    const end = to < 0 ? to + size : to;
    const all = reverse ? ordered.toReversed() : ordered;
    return start > end ? [] : all.slice(start, end + 1);
  };
}

function readOptions(args: readonly string[], isZrange: boolean): Options {
  const options: Options = { byScore: false, reverse: false, withScores: false, offset: 0, count: -1 };
  for (let index = 0; index < args.length; index++) {
    const word = arg(args, index).toLowerCase();
    if (word === "withscores") options.withScores = true;
    else if (word === "limit" && index + 2 < args.length) {
      options.offset = integerArgument(arg(args, ++index));
      options.count = integerArgument(arg(args, ++index));
    } else if (isZrange && word === "rev") options.reverse = true;
    else if (isZrange && word === "byscore" && !options.byScore) options.byScore = true;
    else throw new RedisError(syntaxError);
  }
  if (isZrange && options.count !== -1 && !options.byScore) {
    throw new RedisError(`${syntaxError}, LIMIT is only supported in combination with either BYSCORE or BYLEX`);
  }
  return options;
}
