import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Opens (and creates) the dispatcher's state under the home. A commit is on disk when it returns (WAL, synchronous FULL).
 * What was being delivered when the last process ended is made ready again; what was being cancelled is gone.
 */
export function openDatabase(home: string): Database {
  mkdirSync(home, { recursive: true });
  // Every statement of this program fits, so each is prepared once.
  Database.MAX_QUERY_CACHE_SIZE = 200;
  const db = new Database(join(home, "qstash.sqlite"), { create: true, strict: true });
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA synchronous = FULL");
  db.run("PRAGMA busy_timeout = 2000");
  db.run(schema);
  db.run("UPDATE messages SET state = 'ready' WHERE state = 'active'");
  db.run("DELETE FROM messages WHERE state = 'cancelling'");
  return db;
}

const schema = `
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('ready', 'active', 'cancelling')),
  visible_at INTEGER NOT NULL,
  retried INTEGER NOT NULL DEFAULT 0,
  queue TEXT,
  flow_key TEXT,
  -- The queue that waits for this callback.
  blocks TEXT,
  detail TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS messages_free ON messages (visible_at, seq)
  WHERE state = 'ready' AND queue IS NULL AND flow_key IS NULL;
CREATE INDEX IF NOT EXISTS messages_ready ON messages (visible_at) WHERE state = 'ready';
CREATE INDEX IF NOT EXISTS messages_queue ON messages (queue, seq) WHERE queue IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_queue_begun ON messages (queue, seq)
  WHERE queue IS NOT NULL AND (state <> 'ready' OR retried > 0);
CREATE INDEX IF NOT EXISTS messages_flow ON messages (flow_key, state, visible_at) WHERE flow_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_blocks ON messages (blocks) WHERE blocks IS NOT NULL;

CREATE TABLE IF NOT EXISTS duplicates (
  id TEXT PRIMARY KEY,
  message_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS duplicates_expiry ON duplicates (expires_at);

CREATE TABLE IF NOT EXISTS dead_letters (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  died_at INTEGER NOT NULL,
  detail TEXT NOT NULL,
  body BLOB NOT NULL,
  response_body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS dead_letters_age ON dead_letters (died_at);

CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_message ON events (message_id, seq);

CREATE TABLE IF NOT EXISTS queues (
  name TEXT PRIMARY KEY,
  parallelism INTEGER NOT NULL,
  paused INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS flow_controls (
  key TEXT PRIMARY KEY,
  parallelism INTEGER NOT NULL DEFAULT 0,
  rate INTEGER NOT NULL DEFAULT 0,
  period INTEGER NOT NULL DEFAULT 1,
  paused INTEGER NOT NULL DEFAULT 0,
  pinned_parallelism INTEGER NOT NULL DEFAULT 0,
  pinned_rate INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS schedules (
  id TEXT PRIMARY KEY,
  next_at INTEGER,
  paused INTEGER NOT NULL,
  last_at INTEGER,
  last_messages TEXT NOT NULL DEFAULT '[]',
  detail TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS schedules_next ON schedules (next_at) WHERE paused = 0;

CREATE TABLE IF NOT EXISTS url_groups (
  name TEXT PRIMARY KEY,
  endpoints TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS signing_keys (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  configured TEXT NOT NULL,
  current TEXT NOT NULL,
  next TEXT NOT NULL
) STRICT;
`;
