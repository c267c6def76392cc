import type { Service } from "../contracts/services.ts";
import { stopIfClientGone } from "./client-gone.ts";
import type { Position } from "./consistency/tokens.ts";
import type { Database, Handle } from "./database.ts";
import type { Deps } from "./deps.ts";
import type { Hop } from "./hop.ts";
import { type Log, openLog } from "./log.ts";

const levels = ["strong", "session", "eventual"] as const;

/** How fresh a read must be (api.md, rule 7). */
export type ReadConsistency = (typeof levels)[number];

/** The level that a `Read-Consistency` header names; undefined for any other word. */
export function readConsistencyOf(word: string): ReadConsistency | undefined {
  return levels.find((level) => level === word.trim().toLowerCase());
}

/** Who asks: the verified claims of an access token. */
export interface Caller {
  readonly userId: string;
  readonly sessionId: string;
  readonly role: "customer" | "operator" | "admin";
  readonly region: string;
  /** When the password was last entered, seconds since 1970. */
  readonly authTime: number;
}

/** Who acts, as the audit log names him. */
export interface Actor {
  readonly id: string;
  readonly kind: "user" | "api-key";
}

/** The request (or delivery, or job) on whose behalf a verb runs. Verbs take it first. */
export interface Scope {
  readonly deps: Deps;
  readonly requestId: string;
  readonly traceparent: string;
  readonly log: Log;
  /**
   * Of a read's request, where the runtime tells it: aborts when the client goes away. A write has none: it finishes. Bun
   * makes the signal when it is first asked for.
   */
  readonly signal?: (() => AbortSignal) | undefined;
  /** Where the request came from; whatever no client asked for came from nowhere. */
  readonly address?: () => string;
  /** Set by the route's `access`: whose token the request brought. */
  actor?: Actor;
  /** As the request asked, else set by the route's `access`. */
  readConsistency: ReadConsistency | undefined;
  /** The consistency tokens that the request brought, as they came. */
  consistencyTokens: readonly string[];
  /** Names of the databases this request wrote, which the answer's token covers, with the position where a write told it. */
  readonly written: Map<string, Position | undefined>;
  /** Set where another of our instances sent the request. */
  hop?: Hop | undefined;
  /** Which server answered the reads, for `Served-By`. */
  servedBy: string | undefined;
}

/** The service's primary, for a write: the answer's consistency token will cover it. */
export function forWriting(scope: Scope, service: Service): Handle {
  const database = databaseOf(scope, service);
  scope.written.set(database.name, undefined);
  return database.primary();
}

/**
 * For a write whose statement told a position that covers it, so that none need be asked for. What the request wrote
 * before must have been acknowledged when that statement was sent; a later write asks again.
 */
export function noteWrittenAt(scope: Scope, service: Service, position: Position): void {
  scope.written.set(databaseOf(scope, service).name, position);
}

/** The service's primary, for a read that decides something. Throws ClientGone where nobody waits for it any more. */
export function onPrimary(scope: Scope, service: Service): Handle {
  stopIfClientGone(scope);
  return databaseOf(scope, service).primary();
}

export function databaseOf(scope: Scope, service: Service): Database {
  return scope.deps.databases.of(service);
}

/** The scope of what no client asked for: a delivery or a job. It goes on with the trace it is given. */
export function backgroundScope(
  deps: Deps,
  { traceparent, about }: { traceparent?: string | null; about: Readonly<Record<string, unknown>> },
): Scope {
  const requestId = crypto.randomUUID();
  return {
    deps,
    requestId,
    traceparent: traceparent ?? newTraceparent(),
    log: openLog(deps.config, { requestId, ...about }),
    readConsistency: "strong",
    consistencyTokens: [],
    written: new Map(),
    servedBy: undefined,
  };
}

/** W3C Trace Context, version 00, sampled. */
export function newTraceparent(): string {
  const hex = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("hex");
  return `00-${hex(16)}-${hex(8)}-01`;
}
