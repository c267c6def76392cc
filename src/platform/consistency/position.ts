import type { Database } from "../database.ts";
import { within } from "../within.ts";
import { oneForAll } from "./one-for-all.ts";
import { type Position, positionFrom } from "./tokens.ts";

const timeoutMs = 1000;

/**
 * Where the primary stands: it covers every commit that was acknowledged before this was called. Never ask beside the
 * write or in its transaction: that position is too early (a procedure may, once it has committed). Concurrent callers
 * share one query, sent after the last of them asked. Rejects when the primary does not answer within a second.
 */
export const currentPosition = oneForAll((_deps, database) => within(timeoutMs, ask(database)));

/** What is flushed, since a standby gets no more. The name of the file being written begins with the timeline. */
async function ask(database: Database): Promise<Position> {
  const [row] = await database.primary().sql<{ lsn: string; timeline: string }[]>`
    select lsn::text, left(pg_walfile_name(lsn), 8) as timeline from pg_current_wal_flush_lsn() lsn`;
  if (!row) throw new Error("The primary names no position.");
  return positionFrom(row);
}
