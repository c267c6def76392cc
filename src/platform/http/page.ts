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
export type Position = readonly string[];

/**
 * The position that a cursor holds. Its checksum binds it to this path and its filters.
 * @throws Problem cursor-invalid for a damaged cursor or one of another list
 */
export function positionOf(c: Context<AppEnv>, cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [checksum, encoded] = cursor.split(".");
  if (encoded === undefined || checksum !== checksumOf(c, encoded)) throw invalid();
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
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const data = shown.map(present);
  if (rows.length <= limit || last === undefined) return { data, nextCursor: null };
  const encoded = Buffer.from(JSON.stringify(position(last))).toString("base64url");
  const nextCursor = `${checksumOf(c, encoded)}.${encoded}`;
  const next = new URL(c.req.url);
  next.searchParams.set("cursor", nextCursor);
  c.header("Link", `<${next.pathname}${next.search}>; rel="next"`);
  return { data, nextCursor };
}

/** A list's body, for the OpenAPI document. */
export function pageOf<Schema extends v.GenericSchema>(item: Schema) {
  return v.object({ data: v.array(item), nextCursor: v.nullable(v.string()) });
}

function checksumOf(c: Context<AppEnv>, encoded: string): string {
  const url = new URL(c.req.url);
  const filters = [...url.searchParams].filter(([name]) => name !== "cursor" && name !== "limit").sort();
  return sha256(JSON.stringify([url.pathname, filters, encoded])).slice(0, 16);
}

function invalid(): Problem {
  return new Problem("cursor-invalid", "The cursor is damaged or belongs to another list; start from the first page.");
}
