import { Client, Receiver } from "@upstash/qstash";
import type { Config } from "./config.ts";
import { within } from "./within.ts";

/** One message of a batch: where it goes and what it carries. */
export interface QueueMessage {
  readonly url: string;
  /** JSON. */
  readonly body: string;
  /** Within ten minutes the queue takes a message of this id once. */
  readonly deduplicationId: string;
  /** Told once the queue has given up. */
  readonly failureUrl: string;
}

/** Asynchronous delivery through QStash. Throws where the queue is away; the outbox keeps what was not published. */
export interface Queue {
  readonly publish: (messages: readonly QueueMessage[]) => Promise<void>;
  /** Creates or overwrites a schedule that POSTs to the URL. `cron` in UTC. */
  readonly schedule: (id: string, cron: string, url: string) => Promise<void>;
  /** Verifies a delivery's signature over the raw body for the URL it was sent to. Never throws. */
  readonly verify: (delivery: Delivery) => Promise<boolean>;
}

interface Delivery {
  readonly signature: string;
  readonly body: string;
  readonly url: string;
}

/** How often the queue tries again, and how long it waits: 1 s, 6 s, 36 s, 3.6 min, 22 min. Plans allow 5 retries. */
const retries = 5;
const retryDelay = "min(pow(6, retried), 3600) * 1000";

/** The same waiting time, for an answer that must carry Retry-After: that header overrides the message's own delay. */
export function retrySeconds(retried: number): number {
  return Math.min(6 ** retried, 3600);
}

/** The SDK knows no deadline: what it still does after ours is a duplicate, which the inbox takes. */
const answerWithinMs = 5_000;
const attemptTimeoutSeconds = 30;
const clockToleranceSeconds = 5;

/** Opens nothing: the SDK's clients are made at first use. Every setting is passed, so that it reads no environment. */
export function openQueue(config: Config): Queue {
  let client: Client | undefined;
  const connected = () => {
    client ??= new Client({
      baseUrl: config.QSTASH_URL,
      token: config.QSTASH_TOKEN,
      devMode: false,
      enableTelemetry: false,
      // The relay tries again by itself.
      retry: false,
    });
    return client;
  };
  return {
    publish: async (messages) => {
      await within(answerWithinMs, connected().batch(messages.map(request)));
    },
    schedule: async (scheduleId, cron, destination) => {
      const { schedules } = connected();
      const timeout = attemptTimeoutSeconds;
      await within(answerWithinMs, schedules.create({ scheduleId, cron, destination, retries: 0, timeout }));
    },
    verify: (delivery) => verify(config, delivery),
  };
}

function request({ url, body, deduplicationId, failureUrl }: QueueMessage) {
  return {
    url,
    body,
    deduplicationId,
    failureCallback: failureUrl,
    retries,
    retryDelay,
    timeout: attemptTimeoutSeconds,
    // The callback's own retries default to the message's, its waiting time does not.
    headers: { "Content-Type": "application/json", "Upstash-Failure-Callback-Retry-Delay": retryDelay },
  };
}

/** The SDK's Receiver accepts a token without `exp`, so the claims are asked for here. */
async function verify(config: Config, delivery: Delivery): Promise<boolean> {
  const receiver = new Receiver({
    currentSigningKey: config.QSTASH_CURRENT_SIGNING_KEY,
    nextSigningKey: config.QSTASH_NEXT_SIGNING_KEY,
    devMode: false,
  });
  try {
    await receiver.verify({ ...delivery, clockTolerance: clockToleranceSeconds });
    const payload = delivery.signature.split(".")[1] ?? "";
    const claims: { exp?: unknown; sub?: unknown; body?: unknown } = JSON.parse(
      Buffer.from(payload, "base64url").toString(),
    );
    return typeof claims.exp === "number" && claims.sub === delivery.url && typeof claims.body === "string";
  } catch {
    return false;
  }
}
