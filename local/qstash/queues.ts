import type { Database } from "bun:sqlite";
import * as v from "valibot";
import { Refusal } from "./refusal.ts";

type Queue = {
  name: string;
  parallelism: number;
  paused: boolean;
  lag: number;
  createdAt: number;
  updatedAt: number;
};

const settings = v.object({
  queueName: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,128}$/)),
  parallelism: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)), 1),
  paused: v.optional(v.boolean(), false),
});

/** Creates or changes the queue that the body of `POST /v2/queues` names. */
export function upsertQueue(db: Database, body: unknown, now: number): void {
  const result = v.safeParse(settings, body);
  if (!result.success) throw new Refusal(400, `invalid queue: ${result.issues[0].message}`);
  const { queueName, parallelism, paused } = result.output;
  db.query(
    `INSERT INTO queues (name, parallelism, paused, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
     ON CONFLICT (name) DO UPDATE SET parallelism = ?2, paused = ?3, updated_at = ?4`,
  ).run(queueName, parallelism, paused ? 1 : 0, now);
}

/** A queue exists from the first message on; its parallelism is then 1. */
export function ensureQueue(db: Database, name: string, now: number): void {
  db.query(
    `INSERT INTO queues (name, parallelism, paused, created_at, updated_at) VALUES (?1, 1, 0, ?2, ?2)
     ON CONFLICT (name) DO NOTHING`,
  ).run(name, now);
}

export function queueNamed(db: Database, name: string): Queue | undefined {
  const row = db.query<QueueRow, [string]>(`${select} WHERE name = ?`).get(name);
  return row ? queue(row) : undefined;
}

export function listQueues(db: Database): Queue[] {
  return db.query<QueueRow, []>(`${select} ORDER BY name`).all().map(queue);
}

export function pauseQueue(db: Database, name: string, paused: boolean, now: number): void {
  const { changes } = db
    .query("UPDATE queues SET paused = ?, updated_at = ? WHERE name = ?")
    .run(paused ? 1 : 0, now, name);
  if (changes === 0) throw new Refusal(404, `queue not found: ${name}`);
}

/** Removes a queue and what still waits in it. */
export function deleteQueue(db: Database, name: string): void {
  db.query("UPDATE messages SET state = 'cancelling' WHERE queue = ? AND state = 'active'").run(name);
  db.query("DELETE FROM messages WHERE queue = ? AND state = 'ready'").run(name);
  db.query("DELETE FROM queues WHERE name = ?").run(name);
}

type QueueRow = {
  name: string;
  parallelism: number;
  paused: number;
  lag: number;
  created_at: number;
  updated_at: number;
};

const select = `SELECT name, parallelism, paused, created_at, updated_at,
  (SELECT count(*) FROM messages WHERE messages.queue = queues.name) AS lag FROM queues`;

function queue(row: QueueRow): Queue {
  const { name, parallelism, lag } = row;
  return { name, parallelism, lag, paused: row.paused === 1, createdAt: row.created_at, updatedAt: row.updated_at };
}
