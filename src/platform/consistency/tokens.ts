/** A place in a primary's write-ahead log. Positions of two timelines do not compare: a failover lies between them. */
export interface Position {
  readonly timeline: number;
  readonly lsn: bigint;
}

/** What a request has seen: by database, the position that a read must not be older than. */
export interface Tokens {
  readonly positions: ReadonlyMap<string, Position>;
  /** True where some part could not be read: nobody knows what it covered. */
  readonly garbled: boolean;
}

/** The most that an answer carries (api.md, rule 7), in bytes. */
const sizeMax = 512;
/** What a request may bring; the rest is not looked at, which counts as unreadable. */
const partsMax = 64;
const shape = /^([a-z][a-z0-9_-]{0,31}):([1-9]\d{0,9}):([0-9A-F]{1,8}\/[0-9A-F]{1,8})$/i;

/** Reads lists of `database:timeline:lsn`. Of one database the newest position counts. Never throws. */
export function parseTokens(lists: readonly string[]): Tokens {
  const parts = lists.flatMap((list) => list.split(",", partsMax + 1)).map((part) => part.trim());
  const given = parts.filter((part) => part !== "");
  const read = given.slice(0, partsMax).map(parsePart);
  const known = read.filter((entry) => entry !== undefined);
  return { positions: mergePositions(known), garbled: known.length < given.length };
}

/**
 * One position a database: the highest timeline, and on it the highest position. A primary on a later timeline answers
 * all there is, so what it acknowledged replaces what was seen before the failover.
 */
export function mergePositions(entries: Iterable<readonly [database: string, Position]>): Map<string, Position> {
  const merged = new Map<string, Position>();
  for (const [database, position] of entries) {
    const known = merged.get(database);
    if (!known || isLater(position, known)) merged.set(database, position);
  }
  return merged;
}

/** Writes at most 512 bytes. What would not fit is left out from the end, so the entries that matter stand first. */
export function formatTokens(positions: Iterable<readonly [database: string, Position]>): string {
  let text = "";
  for (const [database, { timeline, lsn }] of positions) {
    const part = `${text === "" ? "" : ","}${database}:${timeline}:${formatLsn(lsn)}`;
    if (text.length + part.length > sizeMax) break;
    text += part;
  }
  return text;
}

/** Reads PostgreSQL's `pg_lsn` as text: two hexadecimal halves. */
export function parseLsn(text: string): bigint {
  const [high = "", low = ""] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** As PostgreSQL tells it: a `pg_lsn`, and the eight hexadecimal digits with which the name of its file begins. */
export function positionFrom(told: { readonly lsn: string; readonly timeline: string }): Position {
  return { timeline: Number.parseInt(told.timeline, 16), lsn: parseLsn(told.lsn) };
}

/** True where whoever stands at `reached` has all that `wanted` covers. */
export function covers(reached: Position, wanted: Position): boolean {
  return reached.timeline === wanted.timeline && reached.lsn >= wanted.lsn;
}

function formatLsn(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

function parsePart(part: string): readonly [string, Position] | undefined {
  const [, database, timeline, lsn] = shape.exec(part) ?? [];
  if (!database || !timeline || !lsn) return undefined;
  return [database.toLowerCase(), { timeline: Number(timeline), lsn: parseLsn(lsn) }];
}

function isLater(one: Position, other: Position): boolean {
  return one.timeline > other.timeline || (one.timeline === other.timeline && one.lsn > other.lsn);
}
