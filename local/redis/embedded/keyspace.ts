import { RedisError, wrongType } from "./redis-error.ts";
import type { SortedSet } from "./sorted-set.ts";

type Values = { string: string; hash: Map<string, string>; set: Set<string>; zset: SortedSet };
type Kind = keyof Values;
type Entry = { [K in Kind]: { readonly kind: K; value: Values[K]; expiresAt?: number | undefined } }[Kind];

/** All keys of the one database. Times are milliseconds of the epoch. */
export type Keyspace = Map<string, Entry>;

/** The entry of a key that has not expired. */
export function find(db: Keyspace, key: string): Entry | undefined {
  const entry = db.get(key);
  if (entry?.expiresAt === undefined || entry.expiresAt > Date.now()) return entry;
  db.delete(key);
  return undefined;
}

/** The value of a key of one type. Throws WRONGTYPE for another's. */
export function read<K extends Kind>(db: Keyspace, key: string, kind: K): Values[K] | undefined {
  const entry = find(db, key);
  if (entry === undefined) return undefined;
  if (entry.kind !== kind) throw new RedisError(wrongType);
  return entry.value as Values[K]; // the kind was compared; the compiler does not narrow by a generic
}

/** The value of a key of one type, made where there is none. Throws WRONGTYPE for another's. */
export function readOrCreate<K extends Exclude<Kind, "string">>(db: Keyspace, kind: K, key: string, empty: Values[K]) {
  const value = read(db, key, kind);
  if (value !== undefined) return value;
  db.set(key, { kind, value: empty } as Entry); // kind and value agree by the signature
  return empty;
}

/** Replaces whatever the key held, its expiry included. */
export function writeString(db: Keyspace, key: string, value: string, expiresAt?: number): void {
  db.set(key, { kind: "string", value, expiresAt });
}

/** Changes a string's value and leaves its expiry. Throws WRONGTYPE for another type's key. */
export function changeString(db: Keyspace, key: string, change: (value: string | undefined) => string): string {
  const value = change(read(db, key, "string"));
  writeString(db, key, value, db.get(key)?.expiresAt);
  return value;
}

export function remove(db: Keyspace, key: string): boolean {
  return find(db, key) !== undefined && db.delete(key);
}

/** Redis has no empty collections. */
export function removeIfEmpty(db: Keyspace, key: string, collection: { readonly size: number }): void {
  if (collection.size === 0) db.delete(key);
}

/** Forgets what has expired and nobody asked for; called now and then. */
export function sweep(db: Keyspace): void {
  for (const key of db.keys()) find(db, key);
}
