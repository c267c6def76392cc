import type { Database } from "bun:sqlite";
import { logEvent } from "./events-log.ts";
import { countDelivery, flowControl, type RateWindows, room } from "./flow-control.ts";
import type { ClaimedMessage, Message } from "./message.ts";

type Candidate = { seq: number; visible_at: number; queue: string | null; flow_key: string | null };

/** Takes up to `limit` messages whose time has come, the longest due first, as queues and flow control allow. */
export function claimDue(db: Database, windows: RateWindows, limit: number, now: number): ClaimedMessage[] {
  if (limit <= 0) return [];
  const due = [...free(db, limit, now), ...queued(db, limit, now), ...flowControlled(db, windows, limit, now)];
  due.sort((a, b) => a.visible_at - b.visible_at || a.seq - b.seq);
  const admit = admission(db, windows, now);
  const claimed: ClaimedMessage[] = [];
  for (const candidate of due) {
    if (claimed.length === limit) break;
    if (admit(candidate)) claimed.push(take(db, candidate.seq, now));
  }
  return claimed;
}

/** When the next message or schedule that is not due yet will be. */
export function nextDueAt(db: Database, now: number): number | undefined {
  const row = db
    .query<{ at: number | null }, [number]>(
      `SELECT min(at) AS at FROM (
         SELECT min(visible_at) AS at FROM messages WHERE state = 'ready' AND visible_at > ?1
         UNION ALL SELECT min(next_at) FROM schedules WHERE paused = 0 AND next_at IS NOT NULL)`,
    )
    .get(now);
  return row?.at ?? undefined;
}

const candidate = "SELECT seq, visible_at, queue, flow_key FROM messages";

function free(db: Database, limit: number, now: number): Candidate[] {
  return db
    .query<Candidate, [number, number]>(
      `${candidate} WHERE state = 'ready' AND queue IS NULL AND flow_key IS NULL AND visible_at <= ?
       ORDER BY visible_at, seq LIMIT ?`,
    )
    .all(now, limit);
}

/** A message that is being retried keeps its place in the queue; the next ones begin as places are free. */
function queued(db: Database, limit: number, now: number): Candidate[] {
  const queues = db
    .query<{ name: string; places: number }, []>(
      `SELECT name, parallelism
         - (SELECT count(*) FROM messages WHERE queue = name AND queue IS NOT NULL AND (state <> 'ready' OR retried > 0))
         - (SELECT count(*) FROM messages WHERE blocks = name) AS places
       FROM queues WHERE paused = 0 AND EXISTS (SELECT 1 FROM messages WHERE queue = name)`,
    )
    .all();
  return queues.flatMap(({ name, places }) => [
    ...db
      .query<Candidate, [string, number, number]>(
        `${candidate} WHERE queue = ? AND queue IS NOT NULL AND (state <> 'ready' OR retried > 0)
           AND state = 'ready' AND visible_at <= ? ORDER BY seq LIMIT ?`,
      )
      .all(name, now, limit),
    ...db
      .query<Candidate, [string, number, number]>(
        `${candidate} WHERE queue = ? AND state = 'ready' AND retried = 0 AND visible_at <= ? ORDER BY seq LIMIT ?`,
      )
      .all(name, now, Math.max(0, Math.min(limit, places))),
  ]);
}

function flowControlled(db: Database, windows: RateWindows, limit: number, now: number): Candidate[] {
  const keys = db
    .query<{ key: string }, []>(
      // Jumps from key to key in the index instead of reading every waiting message.
      `WITH RECURSIVE keys (key) AS (
         SELECT min(flow_key) FROM messages WHERE flow_key IS NOT NULL
         UNION ALL SELECT (SELECT min(flow_key) FROM messages WHERE flow_key > key) FROM keys WHERE key IS NOT NULL)
       SELECT key FROM keys WHERE key IS NOT NULL`,
    )
    .all();
  return keys.flatMap(({ key }) => {
    const flow = flowControl(db, key);
    const places = flow ? Math.min(limit, room(db, windows, flow, now)) : limit;
    return db
      .query<Candidate, [string, number, number]>(
        `${candidate} WHERE flow_key = ? AND state = 'ready' AND visible_at <= ? AND queue IS NULL
         ORDER BY visible_at, seq LIMIT ?`,
      )
      .all(key, now, places);
  });
}

/** Counts flow control down as messages are taken; nothing overtakes in a queue whose first message has to wait. */
function admission(db: Database, windows: RateWindows, now: number): (candidate: Candidate) => boolean {
  const left = new Map<string, number>();
  const stalled = new Set<string>();
  return ({ queue, flow_key: key }) => {
    if (queue && stalled.has(queue)) return false;
    const flow = key ? flowControl(db, key) : undefined;
    if (!flow) return true;
    const places = left.get(flow.key) ?? room(db, windows, flow, now);
    if (places <= 0) {
      if (queue) stalled.add(queue);
      return false;
    }
    left.set(flow.key, places - 1);
    countDelivery(windows, flow, now);
    return true;
  };
}

type Taken = { seq: number; retried: number; detail: string; body: Uint8Array };

function take(db: Database, seq: number, now: number): ClaimedMessage {
  const row = db
    .query<Taken, [number]>("UPDATE messages SET state = 'active' WHERE seq = ? RETURNING seq, retried, detail, body")
    .get(seq);
  if (!row) throw new Error(`message ${seq} is gone between selection and claim`);
  const message: Message = JSON.parse(row.detail);
  logEvent(db, "ACTIVE", message, now);
  return { seq: row.seq, retried: row.retried, message, body: row.body };
}
