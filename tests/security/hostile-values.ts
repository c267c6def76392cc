import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import type { Table } from "../support/tables.ts";

/** What nothing in the shop says but a field that was smuggled in. */
export const mark = `smuggled-${randomUUID()}`;
const markedNumber = 987_654_321;
const markedId = randomUUID();
const markedTime = "2001-02-03T04:05:06.000Z";
/** How a row that has taken a mark over says it. */
const marks = [mark, String(markedNumber), markedId, markedTime.slice(0, 19)];

/** For each column name, as the database and as JSON writes it, the values that would do harm. */
export type HostileValues = ReadonlyMap<string, readonly unknown[]>;

/** `victimId` is another user's: things could be made his. */
export async function hostileValues(sql: Sql, tables: readonly Table[], victimId: string): Promise<HostileValues> {
  const words = await wordsOf(sql);
  const values = new Map<string, Set<unknown>>();
  for (const { columns } of tables)
    for (const { name, type } of columns) {
      const known = values.get(name) ?? new Set();
      for (const value of name === "user_id" ? [victimId] : [...(words.get(name) ?? []), ...valuesOf(type)])
        known.add(value);
      values.set(name, known);
    }
  return new Map(
    [...values].flatMap(([name, of]) => [...new Set([name, camelCase(name)])].map((key) => [key, [...of]] as const)),
  );
}

export function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function valuesOf(type: string): unknown[] {
  if (type === "uuid") return [markedId];
  if (type === "boolean") return [true, false];
  if (/int|numeric/.test(type)) return [markedNumber];
  if (/timestamp/.test(type)) return [markedTime];
  if (type === "jsonb") return [{ mark }];
  return type === "ARRAY" ? [[mark]] : [mark];
}

/** The words that CHECKs let columns say, such as a role. */
async function wordsOf(sql: Sql): Promise<Map<string, string[]>> {
  const rows = await sql<{ name: string; definition: string }[]>`
    select a.attname as name, pg_get_constraintdef(c.oid) as definition
      from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.contype = 'c' and cardinality(c.conkey) = 1`;
  const words = rows.map(({ name, definition }): [string, string[]] => [
    name,
    [...definition.matchAll(/'([a-z-]+)'::text/g)].map(([, word = ""]) => word),
  ]);
  const byName = Map.groupBy(words, ([name]) => name);
  return new Map([...byName].map(([name, of]) => [name, of.flatMap(([, each]) => each)]));
}

/** What the database wrote since: the value of each column, as text, by table and column, and where a mark stands. */
export interface Written {
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
  readonly marked: readonly string[];
}

export async function transactionNow(sql: Sql): Promise<string> {
  const [row] = await sql`select pg_current_xact_id()::text as xid`;
  return String(row?.xid);
}

/** Rows that the clock writes, whatever is asked meanwhile. */
const byTheClock = /^analytics\.(by_\w+|cursor)$/;

export async function writtenSince(sql: Sql, tables: readonly Table[], xid: string): Promise<Written> {
  const values = new Map<string, Set<string>>();
  const marked: string[] = [];
  for (const { name } of tables) {
    const rows = await sql.unsafe(`select to_jsonb(t) as row from ${name} t where t.xmin::text::bigint >= ${xid}`);
    for (const { row } of rows) {
      for (const [column, value] of byTheClock.test(name) ? [] : Object.entries(row as Record<string, unknown>)) {
        const known = values.get(`${name}.${column}`) ?? new Set();
        values.set(`${name}.${column}`, known.add(textOf(value)));
      }
      const text = JSON.stringify(row);
      marked.push(...marks.filter((one) => text.includes(one)).map((one) => `${name} says ${one}`));
    }
  }
  return { values, marked: [...new Set(marked)] };
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
