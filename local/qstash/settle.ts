import type { Database } from "bun:sqlite";
import { type Outcome, succeeded } from "./attempt.ts";
import { publishCallback } from "./callbacks.ts";
import { bury } from "./dead-letters.ts";
import { logEvent } from "./events-log.ts";
import type { ClaimedMessage } from "./message.ts";
import { retryDelayMs } from "./retry-delay.ts";

/** Books what an attempt came to: delivered, to be retried, cancelled meanwhile, or dead, with its callbacks. */
export function settle(db: Database, claimed: ClaimedMessage, outcome: Outcome, now: number): void {
  const { message, retried } = claimed;
  const row = db.query<{ state: string }, [number]>("SELECT state FROM messages WHERE seq = ?").get(claimed.seq);
  if (message.callback) publishCallback(db, "callback", claimed, outcome, now);
  if (succeeded(outcome)) {
    remove(db, claimed);
    logEvent(db, "DELIVERED", message, now, { responseStatus: outcome.status });
  } else if (row?.state === "cancelling") {
    remove(db, claimed);
    logEvent(db, "CANCELLED", message, now);
  } else if (retried >= message.maxRetries || isNotRetryable(outcome)) {
    remove(db, claimed);
    const dlqId = bury(db, claimed, outcome, now);
    if (message.failureCallback) publishCallback(db, "failureCallback", claimed, outcome, now, dlqId);
    logEvent(db, "FAILED", message, now, failure(outcome));
  } else {
    retry(db, claimed, outcome, now);
  }
}

function retry(db: Database, { seq, retried, message }: ClaimedMessage, outcome: Outcome, now: number): void {
  const nextDeliveryTime = Math.round(now + retryDelayMs(retried, message.retryDelayExpression, outcome.headers, now));
  db.query("UPDATE messages SET state = 'ready', retried = retried + 1, visible_at = ? WHERE seq = ?").run(
    nextDeliveryTime,
    seq,
  );
  logEvent(db, "RETRY", message, now, { nextDeliveryTime, ...failure(outcome) });
}

function isNotRetryable(outcome: Outcome): boolean {
  return outcome.status === 489 && outcome.headers.get("upstash-nonretryable-error")?.toLowerCase() === "true";
}

function failure(outcome: Outcome): { error: string; responseStatus?: number } {
  if (outcome.error) return { error: outcome.error };
  return { error: `the destination answered ${outcome.status}`, responseStatus: outcome.status };
}

function remove(db: Database, { seq }: ClaimedMessage): void {
  db.query("DELETE FROM messages WHERE seq = ?").run(seq);
}
