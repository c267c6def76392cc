import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Service } from "../contracts/services.ts";
import type { Config, DatabaseConfig } from "./config.ts";
import { lazilyPer } from "./lazily-per.ts";
import { inOneFlight } from "./one-flight.ts";

export type Orm = PostgresJsDatabase;
export type Sql = postgres.Sql;
export type Transaction = postgres.TransactionSql;

/** One pool, two ways to speak to it: `orm` for typed statements (prepared), `sql` for the set-based ones. */
export interface Handle {
  readonly sql: Sql;
  readonly orm: Orm;
}

/** One streaming replica. Its lanes hold one connection each, so that what is sent on a lane runs in order. */
export interface Replica {
  /** `replica-1`, `replica-2`, … in the order of the URLs. */
  readonly name: string;
  readonly url: string;
  /** The least recently used lane. */
  readonly lane: () => Handle;
  /** Drops a lane whose connection hangs; the next use opens another, where it may. */
  readonly drop: (lane: Handle) => void;
  /** True where none may be opened any more: a request that has dropped one would have too many connections. */
  readonly exhausted: () => boolean;
}

/** A database of one or more services. Every connection is opened at first use. */
export interface Database {
  readonly name: string;
  readonly primary: () => Handle;
  readonly replicas: readonly Replica[];
}

export interface Databases {
  readonly of: (service: Service) => Database;
  /** Each distinct database of the services that are mounted here, once. */
  readonly all: () => readonly Database[];
  readonly close: () => Promise<void>;
}

export interface Pools {
  readonly primary: number;
  readonly replicaLanes: number;
  /** True where connections last a request: a statement is mostly the first of its kind on its own. */
  readonly perRequest: boolean;
}

/** Opens nothing yet: a pool connects when it is first asked. Services that share a URL share its pool. */
export function openDatabases(config: Config, pools: Pools): Databases {
  const opened = new Set<Handle>();
  const connect = (url: string, connections: number): Handle => {
    const handle = openHandle(url, connections, pools);
    opened.add(handle);
    return handle;
  };
  const abandon = (handle: Handle): void => {
    opened.delete(handle);
    void handle.sql.end({ timeout: 0 }).catch(() => undefined);
  };
  const byUrl = new Map<string, Database>();
  const open = (of: DatabaseConfig): Database => {
    const known = byUrl.get(of.url);
    if (known) return known;
    const database = openDatabase(of, pools, connect, abandon);
    byUrl.set(of.url, database);
    return database;
  };
  return {
    of: (service) => {
      if (!config.SERVICES.has(service)) throw new Error(`The service ${service} is not mounted here.`);
      return open(config.DATABASES[service]);
    },
    all: () => [...new Set([...config.SERVICES].map((service) => open(config.DATABASES[service])))],
    close: async () => {
      await Promise.all([...opened].map(({ sql }) => sql.end({ timeout: 1 })));
    },
  };
}

function openDatabase(
  of: DatabaseConfig,
  pools: Pools,
  connect: (url: string, connections: number) => Handle,
  abandon: (handle: Handle) => void,
): Database {
  let primary: Handle | undefined;
  return {
    name: of.name,
    primary: () => {
      primary ??= connect(of.url, pools.primary);
      return primary;
    },
    replicas: of.replicaUrls.map((url, index) => {
      const lanes: Handle[] = [];
      let next = 0;
      let dropped = false;
      return {
        name: `replica-${index + 1}`,
        url,
        lane: () => {
          next = (next + 1) % pools.replicaLanes;
          const lane = lanes[next] ?? connect(url, 1);
          lanes[next] = lane;
          return lane;
        },
        drop: (lane) => {
          const at = lanes.indexOf(lane);
          if (at >= 0) delete lanes[at];
          abandon(lane);
          dropped = true;
        },
        exhausted: () => pools.perRequest && dropped,
      };
    }),
  };
}

function openHandle(url: string, connections: number, { perRequest }: Pools): Handle {
  const client = postgres(url, {
    max: connections,
    fetch_types: false,
    connect_timeout: 5,
    // The default grows to 20 s, for which requests hang during an outage and after it.
    backoff: () => 0.1,
    // Each is a timer that every answer sets anew.
    ...(perRequest ? { idle_timeout: 0, max_lifetime: 0 } : { idle_timeout: 60, max_lifetime: 1800 }),
    onnotice: () => undefined,
    connection: { application_name: "headroom" },
  });
  const sql = perRequest ? inOneFlight(client) : client;
  // Drizzle turns this client's date and JSON parsers off: both arrive as text and are sent as text.
  return { sql, orm: drizzle(sql, { casing: "snake_case" }) };
}

/** A Drizzle statement prepared once for each handle: on Bun only prepared ones take one round trip and pipeline. */
export function prepared<Prepared extends object>(build: (orm: Orm) => Prepared): (handle: Handle) => Prepared {
  return lazilyPer((handle: Handle) => build(handle.orm));
}

/** A PostgreSQL array literal: the form in which a list is bound where array types are not fetched. */
export function pgArray(values: readonly (string | number | bigint | null)[]): string {
  return `{${values.map(pgElement).join(",")}}`;
}

function pgElement(value: string | number | bigint | null): string {
  if (value === null) return "NULL";
  return typeof value === "string" ? `"${value.replace(/["\\]/g, "\\$&")}"` : String(value);
}

const outages = new Set(["CONNECT_TIMEOUT", "CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED"]);
const networkErrors = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENOTFOUND"]);

/** How workerd says, without a code, that there is no connection. */
const workerdOutage = /^(connection attempt failed|Network connection lost\.?)$/;

/** The SQLSTATE or connection code of a database error, also where Drizzle wrapped it. */
export function databaseErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? String(error.code) : undefined;
  return code ?? databaseErrorCode(error.cause);
}

/** True where the data were refused (SQLSTATE classes 22 and 23): a statement with fewer of them may pass. */
export function isRefusedData(error: unknown): boolean {
  return /^2[23]/.test(databaseErrorCode(error) ?? "");
}

/** True where the database gave up for want of time: statement, lock, idle and transaction timeouts, a deadlock, a race. */
export function isOverdue(error: unknown): boolean {
  return /^(57014|55P03|25P0[34]|40001|40P01)$/.test(databaseErrorCode(error) ?? "");
}

/**
 * True where the server could not be reached or is shutting down or starting (57P01 to 57P03, class 08). What fails in
 * Hyperdrive itself is 58000.
 */
export function isOutage(error: unknown): boolean {
  const code = databaseErrorCode(error);
  if (code === undefined) return workerdOutage.test(innermostMessage(error));
  const isServers = /^(57P0[1-3]|58000|08...|53300|ERR_SOCKET.*|Failed.*)$/.test(code);
  return isServers || outages.has(code) || networkErrors.has(code);
}

function innermostMessage(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return error.cause instanceof Error ? innermostMessage(error.cause) : error.message;
}
