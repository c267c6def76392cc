import { EngineUnavailable } from "./redis-engine.ts";
import type { Command, Reply } from "./reply.ts";
import { openRespSocket } from "./resp-socket.ts";

export type PipelinedConnection = {
  /** Replies of these commands, in order. Throws EngineUnavailable when the connection is lost or silent. */
  send(commands: readonly Command[]): Promise<Reply[]>;
  close(): void;
  readonly isOpen: boolean;
};

type Waiter = {
  readonly expected: number;
  readonly replies: Reply[];
  readonly resolve: (replies: Reply[]) => void;
  readonly reject: (error: Error) => void;
};

const waitersMax = 10_000;
/** Longer than a script may run (redis-server's busy-reply-threshold is 5 s). */
const silenceMs = 10_000;

/** Opens one connection that many requests share: each one's commands and replies stay together and in order. */
export async function openPipelinedConnection(path: string): Promise<PipelinedConnection> {
  const waiters = new Set<Waiter>(); // a set keeps insertion order and lets the first go in constant time
  let isOpen = true;
  let lastReplyAt = 0;

  const socket = await openRespSocket(path, {
    reply: (reply) => {
      lastReplyAt = Date.now();
      const [waiter] = waiters;
      if (waiter === undefined) return;
      waiter.replies.push(reply);
      if (waiter.replies.length < waiter.expected) return;
      waiters.delete(waiter);
      waiter.resolve(waiter.replies);
    },
    closed: () => {
      isOpen = false;
      clearInterval(watch);
      for (const waiter of waiters) waiter.reject(new EngineUnavailable("the connection to redis-server was lost"));
      waiters.clear();
    },
  });
  const watch = setInterval(() => {
    if (waiters.size > 0 && Date.now() - lastReplyAt > silenceMs) socket.close();
  }, 1_000);
  watch.unref();

  return {
    send: (commands) => {
      if (!isOpen) return Promise.reject(new EngineUnavailable("the connection to redis-server was lost"));
      if (waiters.size >= waitersMax) return Promise.reject(new EngineUnavailable("too many requests are waiting"));
      if (waiters.size === 0) lastReplyAt = Date.now();
      const { promise, resolve, reject } = Promise.withResolvers<Reply[]>();
      waiters.add({ expected: commands.length, replies: [], resolve, reject });
      socket.write(commands);
      return promise;
    },
    close: socket.close,
    get isOpen() {
      return isOpen;
    },
  };
}
