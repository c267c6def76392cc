import type { RedisEngine } from "../redis-engine.ts";
import type { Command, Reply } from "../reply.ts";
import { type Commands, execute, executeFromScript, refusalToQueue } from "./execute.ts";
import { hashCommands } from "./hash-commands.ts";
import { keyCommands } from "./key-commands.ts";
import { type Keyspace, sweep } from "./keyspace.ts";
import { openLua } from "./lua-engine.ts";
import { publications } from "./publications.ts";
import { scriptCommands } from "./script-commands.ts";
import { serverCommands } from "./server-commands.ts";
import { setCommands } from "./set-commands.ts";
import { sortedSetCommands } from "./sorted-set-commands.ts";
import { stringCommands } from "./string-commands.ts";

const sweepMs = 10_000;

/**
 * A Redis in this process for machines without redis-server: the commands that Headroom uses, scripts included,
 * answered as Redis 7.0 does. It keeps everything in memory and forgets it at the end.
 */
export function startEmbeddedEngine(): RedisEngine {
  const db: Keyspace = new Map();
  const { publish, observe, listen, end } = publications();
  const lua = openLua((command) => executeFromScript(commands, db, command));
  const commands: Commands = new Map(
    Object.entries({
      ...serverCommands(publish),
      ...keyCommands,
      ...stringCommands,
      ...hashCommands,
      ...setCommands,
      ...sortedSetCommands,
      ...scriptCommands(lua),
    }),
  );
  const sweeper = setInterval(() => sweep(db), sweepMs);
  sweeper.unref();

  const runAll = (list: readonly Command[]): Reply[] =>
    list.map((command) => {
      observe(command);
      return execute(commands, db, command);
    });

  return {
    name: "embedded",
    run: async (list) => runAll(list),
    transaction: async (list) => {
      const refused = list.map((command) => refusalToQueue(commands, command)).find((reply) => reply !== undefined);
      return refused ?? runAll(list);
    },
    listen: async (command, listener) => listen(command, listener),
    stop: async () => {
      clearInterval(sweeper);
      end();
    },
  };
}
