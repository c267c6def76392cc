import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { migrateAll } from "../../db/migrate.ts";
import type { Handle } from "../../src/platform/database.ts";
import { databaseDeps } from "../support/database-deps.ts";
import { makeOwnDatabase } from "../support/own-database.ts";

/** How PostgreSQL ran a statement, with what it counted (EXPLAIN ANALYZE). */
export interface Plan {
  /** The functions and lines in which the statement stands, innermost first; empty where the application sent it. */
  readonly context: string;
  readonly root: PlanNode;
}

/** As far as we judge it (PostgreSQL: EXPLAIN, format JSON). */
export interface PlanNode {
  readonly "Node Type": string;
  readonly Schema?: string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly "Actual Loops": number;
  readonly "Actual Rows": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
}

/** A just-migrated database of its own, in which the application's role is told the plan of all it runs. */
export interface WatchedDatabase {
  /** As the application's role. */
  readonly url: string;
  /** A superuser, who is told nothing. */
  readonly admin: postgres.Sql;
  readonly close: () => Promise<void>;
}

/** Every plan goes to the client once it has run, those of statements inside functions too. */
const autoExplain = {
  session_preload_libraries: "auto_explain",
  "auto_explain.log_min_duration": "0",
  "auto_explain.log_nested_statements": "on",
  "auto_explain.log_analyze": "on",
  "auto_explain.log_timing": "off",
  "auto_explain.log_verbose": "on",
  "auto_explain.log_format": "json",
  "auto_explain.log_level": "notice",
};

export async function makeWatchedDatabase(): Promise<WatchedDatabase> {
  const { url, adminUrl, drop } = await makeOwnDatabase();
  await migrateAll(databaseDeps(url, []).config);
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  await admin`load 'auto_explain'`; // its settings can be checked only then
  const { username: role, pathname } = new URL(url);
  for (const [setting, value] of Object.entries(autoExplain))
    await admin.unsafe(`alter role ${role} in database ${pathname.slice(1)} set ${setting} = '${value}'`);
  return {
    url,
    admin,
    close: async () => {
      await admin.end({ timeout: 1 });
      await drop();
    },
  };
}

/** A connection of the application that collects the plans of what runs on it. */
export interface WatchedHandle extends Handle {
  /** Those since the last call. */
  readonly takePlans: () => readonly Plan[];
  readonly close: () => Promise<void>;
}

export function openWatched(url: string): WatchedHandle {
  const plans: Plan[] = [];
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: ({ message = "", where = "" }) => {
      const [, json] = /^duration: .*? plan:\n(.*)$/s.exec(message) ?? [];
      if (json === undefined) return;
      plans.push({ context: where, root: JSON.parse(json).Plan });
    },
  });
  return {
    sql,
    orm: drizzle(sql, { casing: "snake_case" }),
    takePlans: () => plans.splice(0),
    close: () => sql.end({ timeout: 1 }),
  };
}
