import type { Database } from "bun:sqlite";
import { type Filter, matches } from "./filters.ts";
import type { Message } from "./message.ts";

type EventState = "CREATED" | "ACTIVE" | "RETRY" | "DELIVERED" | "FAILED" | "CANCEL_REQUESTED" | "CANCELLED";

type Extra = { nextDeliveryTime?: number; error?: string; responseStatus?: number };

/** What /v2/logs shows of one step in a message's life. */
type LoggedEvent = Extra & { time: number; state: EventState; messageId: string; url: string };

const kept = 50_000;

/** Appends one step of a message's life; only the newest 50,000 are kept. */
export function logEvent(db: Database, state: EventState, message: Message, now: number, extra: Extra = {}): void {
  const detail = {
    time: now,
    state,
    messageId: message.messageId,
    url: message.url,
    topicName: message.topicName,
    endpointName: message.endpointName,
    scheduleId: message.scheduleId,
    queueName: message.queueName,
    method: message.method,
    maxRetries: message.maxRetries,
    flowControlKey: message.flowControlKey,
    label: message.label,
    labels: message.labels,
    callerIP: message.callerIP,
    ...extra,
  };
  const { lastInsertRowid } = db
    .query("INSERT INTO events (message_id, detail) VALUES (?, ?)")
    .run(message.messageId, JSON.stringify(detail));
  db.query("DELETE FROM events WHERE seq = ?").run(Number(lastInsertRowid) - kept);
}

/** A page of events, newest first; the cursor of the next page is absent after the last. */
export function listEvents(
  db: Database,
  filter: Filter,
  count: number,
  cursor: string | undefined,
): { cursor?: string; events: LoggedEvent[] } {
  const events: LoggedEvent[] = [];
  const before = cursor ? Number(cursor) : Number.MAX_SAFE_INTEGER;
  for (const row of newestFirst(db, filter, before)) {
    const event: LoggedEvent = JSON.parse(row.detail);
    if (!matches(filter, event)) continue;
    events.push(event);
    if (events.length === count) return { cursor: String(row.seq), events };
  }
  return { events };
}

export function lastStateOf(db: Database, messageId: string): EventState | undefined {
  const row = db
    .query<{ detail: string }, [string]>("SELECT detail FROM events WHERE message_id = ? ORDER BY seq DESC LIMIT 1")
    .get(messageId);
  return row ? (JSON.parse(row.detail) as LoggedEvent).state : undefined;
}

type EventRow = { seq: number; detail: string };

function newestFirst(db: Database, filter: Filter, before: number): Iterable<EventRow> {
  const ids = filter.get("messageId");
  if (!ids) {
    return db
      .query<EventRow, [number]>("SELECT seq, detail FROM events WHERE seq < ? ORDER BY seq DESC")
      .iterate(before);
  }
  return db
    .query<EventRow, [string, number]>(
      `SELECT seq, detail FROM events
       WHERE message_id IN (SELECT value FROM json_each(?)) AND seq < ? ORDER BY seq DESC`,
    )
    .iterate(JSON.stringify(ids), before);
}
