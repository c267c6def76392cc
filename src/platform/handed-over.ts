import type { HandedOver } from "../contracts/ports.ts";

/** A page of at most `limit` rows in the order of their ids, shown as `items`: behind a full one there may be another. */
export function handedOver(
  rows: readonly { readonly id: string }[],
  limit: number,
  items: readonly object[],
): HandedOver {
  return { items, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
}
