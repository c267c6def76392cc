import * as v from "valibot";
import { Problem } from "../../shared/errors.ts";
import { wholeNumber } from "../../shared/whole-number.ts";
import type { Config } from "../config.ts";
import { hmacSha256, sameText } from "../hash.ts";
import type { AppContext } from "./app-env.ts";

/** Query parameters of every list. `limit` beyond 1 to 100 is refused, never clamped. */
export const pageQuery = {
  limit: v.optional(v.pipe(wholeNumber, v.minValue(1), v.maxValue(100)), 20),
  cursor: v.optional(v.string()),
};

/** The sort values of the last row of a page, as text. */
type Position = readonly string[];
type CursorConfig = Pick<Config, "REFRESH_SECRET">;

/**
 * The position that a cursor holds. Its signature binds it to this path: what it says is what we said.
 * @throws Problem cursor-invalid for a damaged cursor or one of another list
 */
export function positionOf(c: AppContext, cursor: string | undefined): Position | undefined {
  return positionIn(c.env.config, listAt(c), cursor);
}

/** Whether the text has a cursor's form: what says nothing cannot be read, whatever else the request says. */
export function isCursor(text: string): boolean {
  return /^[\w-]{22}\.[\w-]+$/.test(text);
}

/** The same for a list with filters: its URL is put together from what was understood of the request. */
export function positionIn(config: CursorConfig, list: URL, cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [signature, encoded] = cursor.split(".");
  if (signature === undefined || encoded === undefined || !sameText(signature, signatureOf(config, list, encoded)))
    throw new Problem("cursor-invalid", "The cursor is damaged or belongs to another list; start from the first page.");
  return JSON.parse(Buffer.from(encoded, "base64url").toString()) as string[];
}

/**
 * A page of a keyset-paginated list (api.md, rule 4). `rows` holds one more than `limit` where there is a next page.
 * Sets `Link` and answers the body; `position` names the sort values of a row.
 */
export function page<Row, Item>(
  c: AppContext,
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => Position,
  present: (row: Row) => Item,
): { data: Item[]; nextCursor: string | null } {
  return pageOn(c, listAt(c), rows, limit, position, present);
}

/** The same for a list with filters, whose URL `filteredList` puts together. */
export function pageOn<Row, Item>(
  c: AppContext,
  list: URL,
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => Position,
  present: (row: Row) => Item,
): { data: Item[]; nextCursor: string | null } {
  const { body, link } = pageIn(c.env.config, list, rows, limit, position, present);
  if (link !== undefined) c.header("Link", link);
  return body;
}

/** The same where the answer is kept for others: the body, and its `Link` where there is a next page. */
export function pageIn<Row, Item>(
  config: CursorConfig,
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
  const nextCursor = `${signatureOf(config, list, encoded)}.${encoded}`;
  const next = new URL(list);
  next.searchParams.set("cursor", nextCursor);
  return { body: { data, nextCursor }, link: `<${next.pathname}${next.search}>; rel="next"` };
}

/** A list's body, for the OpenAPI document. */
export function pageOf<Schema extends v.GenericSchema>(item: Schema) {
  return v.object({ data: v.array(item), nextCursor: v.nullable(v.string()) });
}

/** A list's URL as it was understood: its cursors belong to its filters, which are undefined where they were not given. */
export function filteredList(path: string, { cursor: _, ...query }: Readonly<Record<string, unknown>>): URL {
  const list = new URL(path, "http://list");
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) list.searchParams.set(name, String(value));
  return list;
}

/** A list without filters: query parameters that nobody knows are part of no cursor and no link. */
function listAt(c: AppContext): URL {
  const list = new URL(c.req.path, "http://list");
  const limit = c.req.query("limit");
  if (limit !== undefined) list.searchParams.set("limit", limit);
  return list;
}

function signatureOf({ REFRESH_SECRET }: CursorConfig, list: URL, encoded: string): string {
  const filters = [...list.searchParams].filter(([name]) => name !== "cursor" && name !== "limit").sort();
  return hmacSha256(REFRESH_SECRET, JSON.stringify(["cursor", list.pathname, filters, encoded])).slice(0, 22);
}
