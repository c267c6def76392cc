import { services } from "../../contracts/services.ts";
import type { Config } from "../config.ts";
import type { Database } from "../database.ts";
import { lazilyPer } from "../lazily-per.ts";
import type { Scope } from "../scope.ts";
import { databaseHealth } from "./replicas.ts";
import { type Position, parseTokens } from "./tokens.ts";

/** The tokens that the request brought, read once. */
export function broughtTokens(scope: Scope) {
  return tokensOf(scope.consistencyTokens);
}

const tokensOf = lazilyPer(parseTokens);

/** True where an answer kept earlier would break what the request asks. */
export function mustBypassCaches(scope: Scope): boolean {
  const { readConsistency, consistencyTokens } = scope;
  return readConsistency === "strong" || readConsistency === "session" || consistencyTokens.length > 0;
}

/**
 * The position of this database that a read must have reached; undefined where any in the lag bound will do; `newest`
 * where only the primary will, as for what asks nothing (jobs, deliveries).
 */
export function neededPosition(scope: Scope, database: Database): Position | "newest" | undefined {
  if (scope.readConsistency === "eventual") return undefined;
  if (scope.readConsistency !== "session" || bringsUnknown(scope)) return "newest";
  return broughtTokens(scope).positions.get(database.name);
}

/**
 * True where the request's own words send its reads to the primary: `strong`, or a token that no replica can meet.
 * Such requests have the limit of `strong` ones. A position counts as beyond the primary's past what it can have
 * written since it was last asked.
 */
export function forcesPrimary(scope: Scope): boolean {
  if (scope.readConsistency === "strong" || bringsUnknown(scope)) return true;
  const { positions } = broughtTokens(scope);
  return scope.deps.databases.all().some((database) => {
    const token = positions.get(database.name);
    const newest = databaseHealth(scope.deps.instance, database).samples.at(-1);
    if (!token || !newest) return false;
    const { at, position } = newest;
    return token.timeline !== position.timeline || token.lsn > position.lsn + writtenAtMost(Date.now() - at);
  });
}

/** Bytes: 1 GiB, and 1 MiB for each millisecond. */
function writtenAtMost(ms: number): bigint {
  return (1024n + BigInt(ms)) << 20n;
}

/** A part that cannot be read, or a database that is not ours. */
function bringsUnknown(scope: Scope): boolean {
  const { positions, garbled } = broughtTokens(scope);
  if (garbled) return true;
  return [...positions.keys()].some((name) => !isOurs(scope.deps.config, name));
}

/** A database of a service that is mounted elsewhere bears the service's name, or is the one that services share. */
function isOurs({ DATABASES, SERVICES }: Config, name: string): boolean {
  if (Object.values(DATABASES).some((database) => database.name === name)) return true;
  return services.some((service) => service === name && !SERVICES.has(service));
}
