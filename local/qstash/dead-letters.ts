import type { Database } from "bun:sqlite";
import { insertMessage } from "./accept.ts";
import type { Outcome } from "./attempt.ts";
import { headerLists } from "./callbacks.ts";
import { type Filter, matches } from "./filters.ts";
import { type ClaimedMessage, type Message, newMessageId } from "./message.ts";
import { Refusal } from "./refusal.ts";
import { describeBody, describeMessage } from "./views.ts";

type DeadLetter = Message & { dlqId: string; responseStatus?: number; responseHeader: Record<string, string[]> };
type DeadRow = { seq: number; detail: string; body: Uint8Array; response_body: Uint8Array };

const keptMs = 7 * 86_400_000;

/** Keeps a message that failed for good, with the last response, for seven days. Returns its dead letter's id. */
export function bury(db: Database, { message, body }: ClaimedMessage, outcome: Outcome, now: number): string {
  db.query("DELETE FROM dead_letters WHERE died_at < ?").run(now - keptMs);
  const dlqId = `${now}-${nextInMillisecond(db, now)}`;
  const detail: DeadLetter = {
    ...message,
    dlqId,
    responseStatus: outcome.status || undefined,
    responseHeader: headerLists(outcome.headers),
  };
  db.query("INSERT INTO dead_letters (id, died_at, detail, body, response_body) VALUES (?, ?, ?, ?, ?)").run(
    dlqId,
    now,
    JSON.stringify(detail),
    body,
    outcome.body,
  );
  return dlqId;
}

export function deadLetter(db: Database, dlqId: string): object {
  const row = db.query<DeadRow, [string]>(`${select} WHERE id = ?`).get(dlqId);
  if (!row) throw new Refusal(404, `dead letter not found: ${dlqId}`);
  return describe(row);
}

/** A page of dead letters, oldest first. */
export function listDeadLetters(db: Database, filter: Filter, count: number, cursor: string | undefined) {
  const page = find(db, filter, count, cursor);
  return { messages: page.rows.map(describe), cursor: page.cursor };
}

/** Removes those that match, at most `count`; the cursor is there while there may be more. */
export function deleteDeadLetters(db: Database, filter: Filter, count: number, cursor: string | undefined) {
  const page = find(db, filter, count, cursor);
  for (const row of page.rows) remove(db, row);
  return { deleted: page.rows.length, cursor: page.cursor };
}

/** Publishes those that match once more, as new messages that may be due at once, and removes them here. */
export function retryDeadLetters(db: Database, filter: Filter, count: number, cursor: string | undefined, now: number) {
  const page = find(db, filter, count, cursor);
  const responses = page.rows.map((row) => {
    const { dlqId, responseStatus, responseHeader, ...message }: DeadLetter = JSON.parse(row.detail);
    const messageId = newMessageId();
    insertMessage(db, { ...message, messageId, notBefore: now, createdAt: now }, row.body, now);
    remove(db, row);
    return { messageId };
  });
  return { responses, cursor: page.cursor };
}

const select = "SELECT seq, detail, body, response_body FROM dead_letters";

function find(db: Database, filter: Filter, count: number, cursor: string | undefined) {
  const rows: DeadRow[] = [];
  const after = cursor ? Number(cursor) : 0;
  for (const row of db.query<DeadRow, [number]>(`${select} WHERE seq > ? ORDER BY seq`).iterate(after)) {
    if (!matches(filter, JSON.parse(row.detail))) continue;
    rows.push(row);
    if (rows.length === count) return { rows, cursor: String(row.seq) };
  }
  return { rows };
}

function describe(row: DeadRow): object {
  const response = describeBody(row.response_body);
  return {
    ...describeMessage(JSON.parse(row.detail), row.body),
    ...("body" in response ? { responseBody: response.body } : { responseBodyBase64: response.bodyBase64 }),
  };
}

function remove(db: Database, row: DeadRow): void {
  db.query("DELETE FROM dead_letters WHERE seq = ?").run(row.seq);
}

function nextInMillisecond(db: Database, now: number): number {
  const row = db.query<{ n: number }, [number]>("SELECT count(*) AS n FROM dead_letters WHERE died_at = ?").get(now);
  return row?.n ?? 0;
}
