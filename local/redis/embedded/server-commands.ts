import { ok, type Reply, type Status } from "../reply.ts";
import { arg, type CommandTable } from "./command-table.ts";
import type { Keyspace } from "./keyspace.ts";
import { RedisError, syntaxError, wrongArity } from "./redis-error.ts";

/** Commands about the server; `publish` hands a message to subscribers and answers how many there were. */
export function serverCommands(publish: (channel: string, message: string) => number): CommandTable {
  return {
    ping: { arity: -1, run: ping },
    echo: { arity: 2, run: (_, args) => arg(args, 0) },
    time: { arity: 1, run: time },
    dbsize: { arity: 1, run: (db) => db.size },
    flushdb: { arity: -1, run: flush },
    flushall: { arity: -1, run: flush },
    publish: { arity: 3, run: (_, args) => publish(arg(args, 0), arg(args, 1)) },
  };
}

function ping(_: Keyspace, args: readonly string[]): Reply {
  if (args.length > 1) throw wrongArity("ping");
  return args[0] ?? ({ status: "PONG" } satisfies Status);
}

function time(): Reply {
  const now = Date.now();
  return [String(Math.floor(now / 1000)), String((now % 1000) * 1000)];
}

function flush(db: Keyspace, args: readonly string[]): Reply {
  const isPlain = args.length === 0 || (args.length === 1 && /^a?sync$/i.test(arg(args, 0)));
  if (!isPlain) throw new RedisError(syntaxError);
  db.clear();
  return ok;
}
