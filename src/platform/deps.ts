import type { Ports } from "../contracts/ports.ts";
import type { Lanes, Statement } from "./coalesce.ts";
import type { Config } from "./config.ts";
import type { Databases } from "./database.ts";
import type { FindElsewhere } from "./elsewhere.ts";
import type { Relay } from "./events/relay.ts";
import type { MailTransport } from "./mail.ts";
import type { Queue } from "./queue.ts";
import type { Redis } from "./redis.ts";
import type { Scope } from "./scope.ts";

/**
 * What lives as long as the process or the isolate: plain data, no I/O object, safe to lose. Modules hang their own
 * state on it with `lazilyPer`.
 */
export interface Instance {
  readonly config: Config;
  readonly lanes: Lanes;
}

/**
 * Hono's env: what a request may use. Opened once on Bun, for each request on Workers, every handle at first use.
 * Shared by all requests on Bun: never assigned to.
 */
export interface Deps {
  readonly config: Config;
  readonly instance: Instance;
  readonly databases: Databases;
  readonly redis: Redis;
  readonly queue: Queue;
  /** Undefined where none is configured. */
  readonly mail: MailTransport | undefined;
  /** Woken after a commit that may have told something. */
  readonly relay: Relay;
  readonly ports: Ports<Scope>;
  /** Where a service is that is not mounted here; undefined where this deployment is not told. */
  readonly elsewhere: FindElsewhere;
  /** With a signal that aborts before the item was sent, it never is, and ClientGone is thrown. */
  readonly coalesce: <Item, Answer>(
    statement: Statement<Item, Answer>,
    item: Item,
    signal?: AbortSignal,
  ) => Promise<Answer>;
  /** Work that outlives the answer; it is awaited before the handles close. A rejection is logged, never thrown. */
  readonly background: (work: Promise<unknown>) => void;
  /** True where requests may await each other's promises: Bun. Workers cancel a promise with the request that owns it. */
  readonly sharesPromises: boolean;
  /** True where a request's signal aborts when its client goes away: Bun. */
  readonly tellsOfLeaving: boolean;
  readonly clientAddress: (request: Request) => string;
  /** What a host's name leads to. On Workers nothing is known of it: their fetch reaches public addresses only. */
  readonly addressesOf: (hostname: string) => Promise<readonly string[]>;
  /** How the process is, for /metrics; absent where there is none to look at: Workers. */
  readonly processFigures?: (() => ProcessFigures) | undefined;
  /** A file of the package's own assets (`swagger-ui.css`), undefined where there is none. */
  readonly asset: (path: string) => Promise<Response | undefined>;
}

/** What a process has used and uses. */
export interface ProcessFigures {
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** Of all its threads, in user and kernel mode. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** How late the event loop ran what was due, at worst in the last 15 s. */
  readonly eventLoopLagSeconds: number;
}

export function startInstance(config: Config): Instance {
  return { config, lanes: new Map() };
}
