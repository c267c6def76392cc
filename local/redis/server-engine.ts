import { openPipelinedConnection, type PipelinedConnection } from "./pipelined-connection.ts";
import type { Listener, RedisEngine } from "./redis-engine.ts";
import { socketOf, startRedisProcess } from "./redis-process.ts";
import { type Command, type Failure, isFailure, type Reply } from "./reply.ts";
import { openRespSocket } from "./resp-socket.ts";

const restartMs = 250;

/** Runs a redis-server of its own on the home's data, starts it again when it dies, and reconnects. */
export async function startServerEngine(binary: string, home: string): Promise<RedisEngine> {
  const path = socketOf(home);
  const supervised = await superviseRedis(binary, home);
  const connection = sharedConnection(path);

  return {
    name: `redis-server ${await readVersion(await connection())}`,
    run: async (commands) => (await connection()).send(commands),
    transaction: (commands) => runTransaction(path, commands),
    listen: (command, listener) => listen(path, command, listener),
    stop: supervised.stop,
  };
}

/** The connection of all single commands and pipelines; opened again when it was lost. */
function sharedConnection(path: string): () => Promise<PipelinedConnection> {
  let current: PipelinedConnection | undefined;
  let opening: Promise<PipelinedConnection> | undefined;
  return async () => {
    if (current?.isOpen) return current;
    opening ??= openPipelinedConnection(path).finally(() => {
      opening = undefined;
    });
    current = await opening;
    return current;
  };
}

async function superviseRedis(binary: string, home: string): Promise<{ stop(): Promise<void> }> {
  let isStopping = false;
  let starting = startRedisProcess(binary, home);
  await starting;
  const supervise = async () => {
    while (true) {
      await (await starting.catch(() => undefined))?.exited;
      if (!isStopping) await Bun.sleep(restartMs);
      if (isStopping) return;
      process.stderr.write("redis-server ended; starting it again\n");
      starting = startRedisProcess(binary, home);
    }
  };
  const supervision = supervise();
  return {
    stop: async () => {
      isStopping = true;
      await (await starting.catch(() => undefined))?.stop();
      await supervision;
    },
  };
}

async function readVersion(connection: PipelinedConnection): Promise<string> {
  const [info] = await connection.send([["INFO", "server"]]);
  return /redis_version:(\d+\.\d+)/.exec(String(info))?.[1] ?? "unknown";
}

/** A connection of its own: MULTI is a state of the connection, which others must not fall into. */
async function runTransaction(path: string, commands: readonly Command[]): Promise<Reply[] | Failure> {
  const connection = await openPipelinedConnection(path);
  try {
    const replies = await connection.send([["MULTI"], ...commands, ["EXEC"]]);
    const results = replies.at(-1) ?? null;
    if (Array.isArray(results)) return results;
    return replies.find(isFailure) ?? { error: "EXECABORT Transaction discarded" };
  } finally {
    connection.close();
  }
}

async function listen(path: string, command: Command, listener: Listener): Promise<() => void> {
  const socket = await openRespSocket(path, { reply: listener.message, closed: listener.end });
  socket.write([command]);
  return socket.close;
}
