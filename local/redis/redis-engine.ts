import type { Command, Failure, Reply } from "./reply.ts";

/** What the REST endpoint stands on: a real redis-server or the embedded engine. */
export type RedisEngine = {
  /** For people: `redis-server 7.0` or `embedded`. */
  readonly name: string;
  /** One reply for each command, in order, not atomic. Throws EngineUnavailable. */
  run(commands: readonly Command[]): Promise<Reply[]>;
  /** All commands as one unit (MULTI/EXEC), or why none of them ran. Throws EngineUnavailable. */
  transaction(commands: readonly Command[]): Promise<Reply[] | Failure>;
  /** Runs SUBSCRIBE, PSUBSCRIBE or MONITOR until the returned function is called. Throws EngineUnavailable. */
  listen(command: Command, listener: Listener): Promise<() => void>;
  stop(): Promise<void>;
};

export type Listener = {
  message(message: Reply): void;
  /** The engine went away; no more messages follow. */
  end(): void;
};

/** The engine cannot answer now; whether a command took effect is unknown. */
export class EngineUnavailable extends Error {}
