import type { Database } from "bun:sqlite";
import * as v from "valibot";
import { isHttpUrl } from "./read-options.ts";
import { Refusal } from "./refusal.ts";

export type Endpoint = { name?: string; url: string };
type UrlGroup = { name: string; createdAt: number; updatedAt: number; endpoints: Endpoint[] };

const namePattern = /^[A-Za-z0-9._-]{1,128}$/;
const endpointsMax = 100;
const addition = v.object({
  endpoints: v.array(v.object({ name: v.optional(v.string()), url: v.pipe(v.string(), v.check(isHttpUrl)) })),
});
const removal = v.object({
  endpoints: v.array(v.object({ name: v.optional(v.string()), url: v.optional(v.string()) })),
});

export function urlGroup(db: Database, name: string): UrlGroup | undefined {
  const row = db.query<GroupRow, [string]>(`${select} WHERE name = ?`).get(name);
  return row ? group(row) : undefined;
}

export function listUrlGroups(db: Database): UrlGroup[] {
  return db.query<GroupRow, []>(`${select} ORDER BY name`).all().map(group);
}

/** Adds endpoints, creating the group; one that is there (by URL) gets the new name. */
export function addEndpoints(db: Database, name: string, body: unknown, now: number): void {
  if (!namePattern.test(name)) throw new Refusal(400, `invalid URL group name: ${name}`);
  const { endpoints } = parse(addition, body);
  const added = new Set(endpoints.map((endpoint) => endpoint.url));
  const others = urlGroup(db, name)?.endpoints.filter((endpoint) => !added.has(endpoint.url)) ?? [];
  store(db, name, [...others, ...endpoints], now);
}

/** Removes endpoints by URL or name; a group without endpoints is gone. */
export function removeEndpoints(db: Database, name: string, body: unknown, now: number): void {
  const known = urlGroup(db, name);
  if (!known) throw new Refusal(404, `URL group not found: ${name}`);
  const { endpoints } = parse(removal, body);
  const left = known.endpoints.filter((one) => !endpoints.some((gone) => names(gone, one)));
  if (left.length === 0) deleteUrlGroup(db, name);
  else store(db, name, left, now);
}

export function deleteUrlGroup(db: Database, name: string): void {
  db.query("DELETE FROM url_groups WHERE name = ?").run(name);
}

type GroupRow = { name: string; endpoints: string; created_at: number; updated_at: number };

const select = "SELECT name, endpoints, created_at, updated_at FROM url_groups";

function group(row: GroupRow): UrlGroup {
  return { name: row.name, createdAt: row.created_at, updatedAt: row.updated_at, endpoints: JSON.parse(row.endpoints) };
}

function names(gone: { name?: string; url?: string }, endpoint: Endpoint): boolean {
  return gone.url === endpoint.url || (gone.name !== undefined && gone.name === endpoint.name);
}

function store(db: Database, name: string, endpoints: Endpoint[], now: number): void {
  if (endpoints.length > endpointsMax) throw new Refusal(400, `a URL group has at most ${endpointsMax} endpoints`);
  db.query(
    `INSERT INTO url_groups (name, endpoints, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
     ON CONFLICT (name) DO UPDATE SET endpoints = ?2, updated_at = ?3`,
  ).run(name, JSON.stringify(endpoints), now);
}

function parse<T extends v.GenericSchema>(schema: T, body: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, body);
  if (!result.success) throw new Refusal(400, `invalid endpoints: ${result.issues[0].message}`);
  return result.output;
}
