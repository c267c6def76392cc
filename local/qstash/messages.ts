import type { Database } from "bun:sqlite";
import { logEvent } from "./events-log.ts";
import { type Filter, matches } from "./filters.ts";
import type { Message } from "./message.ts";
import { Refusal } from "./refusal.ts";
import { describeMessage } from "./views.ts";

type MessageRow = { seq: number; state: string; detail: string };

/** A message that is not delivered yet; delivered ones are gone (404). */
export function messageById(db: Database, id: string): object {
  const row = db
    .query<{ detail: string; body: Uint8Array }, [string]>("SELECT detail, body FROM messages WHERE id = ?")
    .get(id);
  if (!row) throw new Refusal(404, `message not found: ${id}`);
  return describeMessage(JSON.parse(row.detail), row.body);
}

/**
 * Cancels the messages that match, at most `count`. One that waits is gone at once; an attempt under way is not called
 * back, but is the last. Returns how many were found.
 */
export function cancelMessages(db: Database, filter: Filter, count: number, now: number): number {
  const found: MessageRow[] = [];
  for (const row of candidates(db, filter)) {
    if (row.state !== "cancelling" && matches(filter, JSON.parse(row.detail))) found.push(row);
    if (found.length === count) break;
  }
  for (const row of found) cancel(db, row, now);
  return found.length;
}

function candidates(db: Database, filter: Filter): Iterable<MessageRow> {
  const ids = filter.get("messageId");
  if (!ids) return db.query<MessageRow, []>("SELECT seq, state, detail FROM messages ORDER BY seq").iterate();
  return db
    .query<MessageRow, [string]>(
      "SELECT seq, state, detail FROM messages WHERE id IN (SELECT value FROM json_each(?)) ORDER BY seq",
    )
    .iterate(JSON.stringify(ids));
}

function cancel(db: Database, row: MessageRow, now: number): void {
  const message: Message = JSON.parse(row.detail);
  logEvent(db, "CANCEL_REQUESTED", message, now);
  if (row.state === "active") {
    db.query("UPDATE messages SET state = 'cancelling' WHERE seq = ?").run(row.seq);
    return;
  }
  db.query("DELETE FROM messages WHERE seq = ?").run(row.seq);
  logEvent(db, "CANCELLED", message, now);
}
