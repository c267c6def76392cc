import type { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import { logEvent } from "./events-log.ts";
import { setLimits } from "./flow-control.ts";
import { type Message, newMessageId } from "./message.ts";
import { ensureQueue } from "./queues.ts";
import { isHttpUrl, type PublishOptions } from "./read-options.ts";
import { Refusal } from "./refusal.ts";
import { type Endpoint, urlGroup } from "./url-groups.ts";

export type Publish = {
  /** A URL or the name of a URL group. */
  destination: string;
  options: PublishOptions;
  body: Uint8Array;
  callerIP: string;
  queueName?: string;
  scheduleId?: string;
};

export type Accepted = { messageId: string; url?: string; deduplicated?: true };

const windowMs = 600_000;

/** Stores what was published, or finds that it was before: one message for a URL, one an endpoint for a URL group. */
export function accept(db: Database, publish: Publish, now: number): Accepted | Accepted[] {
  if (isHttpUrl(publish.destination)) return acceptFor(db, publish, { url: publish.destination }, undefined, now);
  const group = urlGroup(db, publish.destination);
  if (!group) throw new Refusal(404, `no URL and no URL group: ${publish.destination}`);
  return group.endpoints.map((endpoint) => ({
    ...acceptFor(db, publish, endpoint, group.name, now),
    url: endpoint.url,
  }));
}

function acceptFor(
  db: Database,
  publish: Publish,
  endpoint: Endpoint,
  topicName: string | undefined,
  now: number,
): Accepted {
  const messageId = newMessageId();
  const duplicateOf = remember(db, duplicateId(publish, endpoint, topicName), messageId, now);
  if (duplicateOf) return { messageId: duplicateOf, deduplicated: true };
  const { options } = publish;
  const notBefore = Math.max(now, options.notBefore ?? now + options.delayMs);
  const message: Message = {
    ...options.message,
    messageId,
    url: endpoint.url,
    topicName,
    endpointName: endpoint.name,
    queueName: publish.queueName,
    scheduleId: publish.scheduleId,
    callerIP: publish.callerIP,
    notBefore,
    createdAt: now,
  };
  insertMessage(db, message, publish.body, now);
  return { messageId };
}

/** Stores a message, ready at its time. `blocks` names the queue that waits for it. */
export function insertMessage(db: Database, message: Message, body: Uint8Array, now: number, blocks?: string): void {
  if (message.queueName) ensureQueue(db, message.queueName, now);
  setLimits(db, message);
  db.query(
    `INSERT INTO messages (id, state, visible_at, queue, flow_key, blocks, detail, body)
     VALUES (?, 'ready', ?, ?, ?, ?, ?, ?)`,
  ).run(
    message.messageId,
    message.notBefore,
    message.queueName ?? null,
    message.flowControlKey ?? null,
    blocks ?? null,
    JSON.stringify(message),
    body,
  );
  logEvent(db, "CREATED", message, now);
}

function duplicateId(publish: Publish, endpoint: Endpoint, topicName: string | undefined): string | undefined {
  const { options, body } = publish;
  if (options.deduplicationId) return `id ${options.deduplicationId} ${topicName ? endpoint.url : ""}`;
  if (!options.contentBasedDeduplication) return undefined;
  const hash = createHash("sha256")
    .update(JSON.stringify([endpoint.url, options.message.header]))
    .update(body);
  return `content ${hash.digest("hex")}`;
}

/** The id of the message that had this deduplication id within the last ten minutes, else none and ours is kept. */
function remember(db: Database, id: string | undefined, messageId: string, now: number): string | undefined {
  if (!id) return undefined;
  db.query("DELETE FROM duplicates WHERE expires_at <= ?").run(now);
  const known = db.query<{ message_id: string }, [string]>("SELECT message_id FROM duplicates WHERE id = ?").get(id);
  if (known) return known.message_id;
  db.query("INSERT INTO duplicates (id, message_id, expires_at) VALUES (?, ?, ?)").run(id, messageId, now + windowMs);
  return undefined;
}
