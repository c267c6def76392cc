import type { Service } from "../contracts/services.ts";
import type { Database, Handle } from "./database.ts";
import type { Deps } from "./deps.ts";
import type { Log } from "./log.ts";

/** How fresh a read must be (api.md, rule 7). */
export type ReadConsistency = "strong" | "session" | "eventual";

/** Who asks: the verified claims of an access token. */
export interface Caller {
  readonly userId: string;
  readonly sessionId: string;
  readonly role: "customer" | "operator" | "admin";
  readonly region: string;
  /** When the password was last entered, seconds since 1970. */
  readonly authTime: number;
}

/** The request (or delivery, or job) on whose behalf a verb runs. Verbs take it first. */
export interface Scope {
  readonly deps: Deps;
  readonly requestId: string;
  readonly traceparent: string;
  readonly log: Log;
  /** As the request asked, else set by the route's `access`. */
  readConsistency: ReadConsistency | undefined;
  /** The consistency tokens that the request brought, as they came. */
  readonly consistencyTokens: readonly string[];
  /** Names of the databases this request wrote: the answer's token covers them. */
  readonly written: Set<string>;
  /** Which server answered the reads, for `Served-By`. */
  servedBy: string | undefined;
}

/** The service's primary, for a write: the answer's consistency token will cover it. */
export function forWriting(scope: Scope, service: Service): Handle {
  const database = databaseOf(scope, service);
  scope.written.add(database.name);
  return database.primary();
}

/** The service's primary, for a read that decides something. */
export function onPrimary(scope: Scope, service: Service): Handle {
  return databaseOf(scope, service).primary();
}

export function databaseOf(scope: Scope, service: Service): Database {
  return scope.deps.databases.of(service);
}
