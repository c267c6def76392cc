import { EngineUnavailable } from "./redis-engine.ts";
import type { Command, Reply } from "./reply.ts";
import { encodeCommand, replyReader } from "./resp.ts";

type RespSocket = {
  /** Queues commands; all of one turn of the event loop leave in one write. */
  write(commands: readonly Command[]): void;
  /** Ends the connection at once; `closed` is still called, once. */
  close(): void;
};

type RespHandlers = { reply(reply: Reply): void; closed(): void };

/** Opens a RESP2 connection over a Unix socket. Throws EngineUnavailable. */
export async function openRespSocket(path: string, handlers: RespHandlers): Promise<RespSocket> {
  let outgoing = "";
  let unsent: Buffer | undefined;
  let isScheduled = false;
  let isClosed = false;
  const read = replyReader(handlers.reply);

  const closed = () => {
    if (isClosed) return;
    isClosed = true;
    handlers.closed();
  };
  const socket = await Bun.connect({
    unix: path,
    socket: {
      data: (connection, chunk) => {
        try {
          read(chunk);
        } catch {
          connection.terminate();
        }
      },
      drain: () => flush(),
      close: closed,
      error: closed,
    },
  }).catch((error: Error) => {
    throw new EngineUnavailable(`redis-server cannot be reached: ${error.message}`);
  });

  function flush(): void {
    isScheduled = false;
    if (outgoing !== "") {
      const next = Buffer.from(outgoing, "latin1");
      unsent = unsent === undefined ? next : Buffer.concat([unsent, next]);
      outgoing = "";
    }
    if (unsent === undefined || isClosed) return;
    const written = Math.max(0, socket.write(unsent));
    unsent = written < unsent.length ? unsent.subarray(written) : undefined;
  }

  return {
    write: (commands) => {
      for (const command of commands) outgoing += encodeCommand(command);
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(flush);
    },
    close: () => {
      socket.terminate();
      closed();
    },
  };
}
