import { ok, type Reply } from "../reply.ts";
import { arg } from "./command-table.ts";
import { type ExpiryUnit, expiryFrom } from "./expiry.ts";
import { find, type Keyspace, read, writeString } from "./keyspace.ts";
import { RedisError, syntaxError } from "./redis-error.ts";

type SetOptions = { words: Set<string>; unit?: ExpiryUnit; amount?: string };

/** SET key value [NX|XX] [GET] [EX s|PX ms|EXAT s|PXAT ms|KEEPTTL] */
export function set(db: Keyspace, args: readonly string[]): Reply {
  const key = arg(args, 0);
  const { words, unit, amount } = readOptions(args.slice(2));
  const newExpiry = unit === undefined || amount === undefined ? undefined : expiryFrom("set", unit, amount);
  const old = words.has("get") ? (read(db, key, "string") ?? null) : undefined;
  const existing = find(db, key);
  if ((words.has("nx") && existing !== undefined) || (words.has("xx") && existing === undefined)) return old ?? null;
  writeString(db, key, arg(args, 1), words.has("keepttl") ? existing?.expiresAt : newExpiry);
  return old === undefined ? ok : old;
}

function readOptions(args: readonly string[]): SetOptions {
  const options: SetOptions = { words: new Set() };
  for (let index = 0; index < args.length; index++) {
    const word = arg(args, index).toLowerCase();
    if (isUnit(word)) {
      options.amount = args[++index] ?? fail();
      if (options.unit !== undefined) fail();
      options.unit = word;
    } else if (["nx", "xx", "get", "keepttl"].includes(word)) options.words.add(word);
    else fail();
    const { words, unit } = options;
    if ((words.has("nx") && words.has("xx")) || (words.has("keepttl") && unit !== undefined)) fail();
  }
  return options;
}

function isUnit(word: string): word is ExpiryUnit {
  return word === "ex" || word === "px" || word === "exat" || word === "pxat";
}

function fail(): never {
  throw new RedisError(syntaxError);
}
