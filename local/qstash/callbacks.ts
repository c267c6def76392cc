import type { Database } from "bun:sqlite";
import { insertMessage } from "./accept.ts";
import type { Outcome } from "./attempt.ts";
import { type ClaimedMessage, newMessageId } from "./message.ts";

/**
 * Publishes the response of an attempt to the message's callback, or failure callback, as a message of its own.
 * The queue of the source waits for it (upstash docs, features/queues).
 */
export function publishCallback(
  db: Database,
  kind: "callback" | "failureCallback",
  source: ClaimedMessage,
  outcome: Outcome,
  now: number,
  dlqId?: string,
): void {
  const { message } = source;
  const url = message[kind];
  const options = kind === "callback" ? message.callbackOptions : message.failureCallbackOptions;
  if (!url || !options) return;
  const { retries, ...delivery } = options;
  const callback = {
    ...delivery,
    messageId: newMessageId(),
    url,
    maxRetries: retries ?? message.maxRetries,
    callerIP: message.callerIP,
    notBefore: now,
    createdAt: now,
  };
  const body = Buffer.from(JSON.stringify(callbackBody(source, outcome, dlqId)));
  insertMessage(db, callback, body, now, message.queueName);
}

export function headerLists(headers: Headers): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of headers) lists[name] = [...(lists[name] ?? []), value];
  return lists;
}

function callbackBody({ message, body, retried }: ClaimedMessage, outcome: Outcome, dlqId?: string): object {
  return {
    status: outcome.status,
    header: headerLists(outcome.headers),
    body: base64(outcome.body),
    retried,
    maxRetries: message.maxRetries,
    dlqId,
    sourceMessageId: message.messageId,
    topicName: message.topicName,
    endpointName: message.endpointName,
    url: message.url,
    method: message.method,
    sourceHeader: message.header,
    sourceBody: base64(body),
    notBefore: message.notBefore,
    createdAt: message.createdAt,
    scheduleId: message.scheduleId,
    callerIP: message.callerIP,
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
