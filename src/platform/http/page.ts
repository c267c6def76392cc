import type { Context } from "hono";
import * as v from "valibot";
import { Problem } from "../../shared/errors.ts";
import { sha256 } from "../hash.ts";
import type { AppEnv } from "./app-env.ts";

/** Query parameters of every list. `limit` beyond 1 to 100 is refused, never clamped. */
export const pageQuery = {
  limit: v.optional(v.pipe(v.unknown(), v.toNumber(), v.integer(), v.minValue(1), v.maxValue(100)), 20),
  cursor: v.optional(v.string()),
};

/** The sort values of the last row of a page, as text. */
type Position = readonly string[];

/**
 * The position that a cursor holds. Its checksum binds it to this path and its filters.
 * @throws Problem cursor-invalid for a damaged cursor or one of another list
 */
export function positionOf(c: Context<AppEnv>, cursor: string | undefined): Position | undefined {
  return positionIn(new URL(c.req.url), cursor);
}

/** The same where the list's URL was put together from what was understood of the request, for bytes that all share. */
export function positionIn(list: URL, cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [checksum, encoded] = cursor.split(".");
  if (encoded === undefined || checksum !== checksumOf(list, encoded)) throw invalid();
  try {
    return JSON.parse(Buffer.from(encoded, "base64url").toString()) as string[];
  } catch {
    throw invalid();
  }
}

/**
 * A page of a keyset-paginated list (api.md, rule 4). `rows` holds one more than `limit` where there is a next page.
 * Sets `Link` and answers the body; `position` names the sort values of a row.
 */
export function page<Row, Item>(
  c: Context<AppEnv>,
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => Position,
  present: (row: Row) => Item,
): { data: Item[]; nextCursor: string | null } {
  const { body, link } = pageIn(new URL(c.req.url), rows, limit, position, present);
  if (link !== undefined) c.header("Link", link);
  return body;
}

/** The same for a list's URL: the body, and its `Link` where there is a next page. */
export function pageIn<Row, Item>(
  list: URL,
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => Position,
  present: (row: Row) => Item,
): { body: { data: Item[]; nextCursor: string | null }; link?: string } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const data = shown.map(present);
  if (rows.length <= limit || last === undefined) return { body: { data, nextCursor: null } };
  const encoded = Buffer.from(JSON.stringify(position(last))).toString("base64url");
  const nextCursor = `${checksumOf(list, encoded)}.${encoded}`;
  const next = new URL(list);
  next.searchParams.set("cursor", nextCursor);
  return { body: { data, nextCursor }, link: `<${next.pathname}${next.search}>; rel="next"` };
}

/** A list's body, for the OpenAPI document. */
export function pageOf<Schema extends v.GenericSchema>(item: Schema) {
  return v.object({ data: v.array(item), nextCursor: v.nullable(v.string()) });
}

function checksumOf(list: URL, encoded: string): string {
  const filters = [...list.searchParams].filter(([name]) => name !== "cursor" && name !== "limit").sort();
  return sha256(JSON.stringify([list.pathname, filters, encoded])).slice(0, 16);
}

function invalid(): Problem {
  return new Problem("cursor-invalid", "The cursor is damaged or belongs to another list; start from the first page.");
}
