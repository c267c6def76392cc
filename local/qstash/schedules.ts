import type { Database } from "bun:sqlite";
import { Cron } from "croner";
import { type Accepted, accept, type Publish } from "./accept.ts";
import { lastStateOf } from "./events-log.ts";
import { Refusal } from "./refusal.ts";
import { describeBody } from "./views.ts";

type ScheduleDetail = Omit<Publish, "body"> & { cron: string; createdAt: number };
type ScheduleRow = {
  id: string;
  next_at: number | null;
  paused: number;
  last_at: number | null;
  last_messages: string;
  detail: string;
  body: Uint8Array;
};

/** Creates a schedule, or replaces the one of that id. Cron in UTC or after `CRON_TZ=<zone> `; seconds are accepted. */
export function putSchedule(db: Database, publish: Publish, cron: string, id: string | null, now: number): string {
  const scheduleId = id ?? `scd_${crypto.randomUUID().replaceAll("-", "")}`;
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(scheduleId)) throw new Refusal(400, `invalid schedule id: ${scheduleId}`);
  const { body, ...rest } = publish;
  const detail: ScheduleDetail = { ...rest, scheduleId, cron, createdAt: now };
  db.query("INSERT OR REPLACE INTO schedules (id, next_at, paused, detail, body) VALUES (?, ?, 0, ?, ?)").run(
    scheduleId,
    nextRun(cron, now),
    JSON.stringify(detail),
    body,
  );
  return scheduleId;
}

/** Publishes what schedules owe by now: once each, also where several turns passed while nothing ran. */
export function fireSchedules(db: Database, now: number): void {
  for (const row of db.query<ScheduleRow, [number]>(`${select} WHERE paused = 0 AND next_at <= ?`).all(now)) {
    const { cron, createdAt, ...publish }: ScheduleDetail = JSON.parse(row.detail);
    const messages = publishOne(db, { ...publish, body: row.body }, now);
    db.query("UPDATE schedules SET next_at = ?, last_at = ?, last_messages = ? WHERE id = ?").run(
      nextRun(cron, now),
      now,
      JSON.stringify(messages.map((message) => message.messageId)),
      row.id,
    );
  }
}

export function schedule(db: Database, id: string): object {
  const row = db.query<ScheduleRow, [string]>(`${select} WHERE id = ?`).get(id);
  if (!row) throw new Refusal(404, `schedule not found: ${id}`);
  return describe(db, row);
}

export function listSchedules(db: Database): object[] {
  return db
    .query<ScheduleRow, []>(`${select} ORDER BY id`)
    .all()
    .map((row) => describe(db, row));
}

export function deleteSchedule(db: Database, id: string): void {
  if (db.query("DELETE FROM schedules WHERE id = ?").run(id).changes === 0) {
    throw new Refusal(404, `schedule not found: ${id}`);
  }
}

/** A schedule that resumes waits for its next turn; what it missed is not made up for. */
export function pauseSchedule(db: Database, id: string, paused: boolean, now: number): void {
  const row = db.query<ScheduleRow, [string]>(`${select} WHERE id = ?`).get(id);
  if (!row) throw new Refusal(404, `schedule not found: ${id}`);
  const { cron }: ScheduleDetail = JSON.parse(row.detail);
  db.query("UPDATE schedules SET paused = ?, next_at = ? WHERE id = ?").run(paused ? 1 : 0, nextRun(cron, now), id);
}

const select = "SELECT id, next_at, paused, last_at, last_messages, detail, body FROM schedules";

function nextRun(cron: string, now: number): number | null {
  const [, zone = "UTC", pattern = ""] = /^(?:CRON_TZ=(\S+)\s+)?(.+)$/.exec(cron.trim()) ?? [];
  try {
    return new Cron(pattern, { timezone: zone, paused: true }).nextRun(new Date(now))?.getTime() ?? null;
  } catch (error) {
    throw new Refusal(400, `invalid cron: ${error instanceof Error ? error.message : cron}`);
  }
}

/** A schedule outlives its URL group: without one there is nobody to publish to. */
function publishOne(db: Database, publish: Publish, now: number): Accepted[] {
  try {
    return [accept(db, publish, now)].flat();
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

function describe(db: Database, row: ScheduleRow): object {
  const { cron, createdAt, destination, options, callerIP, queueName }: ScheduleDetail = JSON.parse(row.detail);
  const { maxRetries, callbackOptions, failureCallbackOptions, timeoutMs, redact, ...message } = options.message;
  return {
    ...message,
    scheduleId: row.id,
    cron,
    createdAt,
    destination,
    retries: maxRetries,
    delay: options.delayMs ? options.delayMs / 1000 : undefined,
    callerIP,
    queueName,
    isPaused: row.paused === 1,
    lastScheduleTime: row.last_at ?? undefined,
    nextScheduleTime: row.next_at ?? undefined,
    lastScheduleStates: lastStates(db, JSON.parse(row.last_messages)),
    ...describeBody(row.body),
  };
}

function lastStates(db: Database, messageIds: string[]): Record<string, string> {
  return Object.fromEntries(messageIds.map((id) => [id, outcome(lastStateOf(db, id))]));
}

function outcome(state: string | undefined): string {
  if (state === "DELIVERED") return "SUCCESS";
  return state === "FAILED" || state === "CANCELLED" ? "FAIL" : "IN_PROGRESS";
}
