import type { Sql } from "postgres";
import type { Plan } from "./watched-database.ts";

/** How many statements stand in each SQL function of the application, by its name without the schema. */
export async function countStatements(admin: Sql): Promise<Record<string, number>> {
  const routines = await admin<{ name: string; source: string; language: string }[]>`
    select p.proname as name, p.prosrc as source, l.lanname as language
      from pg_proc p join pg_language l on l.oid = p.prolang
     where p.pronamespace = any(select oid from pg_namespace where nspname !~ '^(pg_|information_schema|public)')
       and p.provolatile = 'v' and p.prorettype <> 'trigger'::regtype`;
  return Object.fromEntries(
    routines.filter(isNewest).map(({ name, source, language }) => [name, language === "sql" ? 1 : count(source)]),
  );
}

/** Older releases, which may still run beside this one, call the versions before it. */
function isNewest({ name }: { readonly name: string }, _: number, all: readonly { readonly name: string }[]): boolean {
  const [base, version] = versionOf(name);
  return all.every((other) => versionOf(other.name)[0] !== base || versionOf(other.name)[1] <= version);
}

function versionOf(name: string): [base: string, version: number] {
  const [, base = name, version = "0"] = /^(.*)_v(\d+)$/.exec(name) ?? [];
  return [base, Number(version)];
}

function count(source: string): number {
  const code = source.replace(/--.*$/gm, "");
  const start =
    /(?:;|\bTHEN|\bELSE|\bBEGIN|\bLOOP)\s+(?:PERFORM|WITH|INSERT|UPDATE|DELETE|SELECT|RETURN QUERY|IF EXISTS)\b/g;
  return [...code.matchAll(start)].length;
}

/** How many of them these plans are of. */
export function countSeen(plans: Iterable<Plan>): Record<string, number> {
  const places = [...plans].flatMap(({ context }) => placeIn(context) ?? []);
  const byRoutine = Map.groupBy(places, ({ routine }) => routine);
  return Object.fromEntries(
    [...byRoutine].map(([routine, of]) => [routine, new Set(of.map(({ place }) => place)).size]),
  );
}

/** Where a plan's statement stands: the innermost function of its context. */
function placeIn(context: string) {
  const [, routine, place] = /function "?(?:\w+\.)?(\w+).*? (?:line|statement) (\d+)(?: at |$)/m.exec(context) ?? [];
  return routine && place ? { routine, place } : undefined;
}
