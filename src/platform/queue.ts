/** One message of a batch: where it goes and what it carries. */
export interface QueueMessage {
  readonly url: string;
  readonly body: string;
  readonly deduplicationId?: string;
  readonly failureUrl?: string;
}

/** Asynchronous delivery through QStash. Throws where the queue is away; the outbox keeps what was not published. */
export interface Queue {
  readonly publish: (messages: readonly QueueMessage[]) => Promise<void>;
  /** Creates or overwrites a schedule that POSTs to the URL. `cron` in UTC. */
  readonly schedule: (id: string, cron: string, url: string) => Promise<void>;
  /** Verifies a delivery's signature over the raw body for the URL it was sent to. */
  readonly verify: (delivery: { signature: string; body: string; url: string }) => Promise<boolean>;
}
