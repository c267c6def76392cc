import type { ProblemSlug } from "../../src/shared/errors.ts";

/**
 * One request as it was recorded, and what answers it. `{name.path}` in its path, headers or body stands for what the
 * answer named so had there (`{order.body.id}`), `{runtime.publicUrl}` for the runtime's own.
 */
export interface Recorded {
  /** Method and path. */
  readonly request: string;
  readonly status: number;
  readonly problem?: ProblemSlug;
  /** Names the answer, for later requests of the same scenario. */
  readonly as?: string;
  /** The name of the log-in whose access token goes with it. */
  readonly by?: string;
  /** Its Idempotency-Key. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A body that is no JSON, or that the provider signs byte by byte. */
  readonly text?: string;
  /** A body of so many spaces. */
  readonly spaces?: number;
  /** A body of these bytes. */
  readonly bytes?: readonly number[];
  /** The body goes in chunks, without its length. */
  readonly inChunks?: true;
  /** Signed as the payment provider or the queue signs. */
  readonly signedBy?: "provider" | "queue";
  /** A stream that is read until its first event and then left open, for as long as the scenario lasts. */
  readonly isLeftOpen?: true;
  /** What comes by event: repeated until the status is the recorded one and the body holds this. */
  readonly eventually?: unknown;
}

/** Requests that follow upon each other. Their data are fixed, for each runtime has a shop of its own. */
export interface Scenario {
  readonly name: string;
  readonly requests: readonly Recorded[];
}

/** What a runtime answered to a recorded request. */
export interface Answer {
  readonly recorded: Recorded;
  /** How often it was asked until it was this one, and when, in milliseconds, the last time. */
  readonly attempts: number;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** What `text` holds where it is JSON. */
  readonly body: unknown;
}

/** A runtime that serves the contract. */
export interface Runtime {
  readonly name: string;
  readonly url: string;
  readonly publicUrl: string;
  /** How many count its requests, each by leases. */
  readonly instances: number;
  /** The PUBLIC_URLs of others that share its Redis. */
  readonly redisSharedWith: readonly string[];
  /** `whsec_...` of its sandbox payment provider. */
  readonly webhookSecret: string;
  /** The current one of its queue. */
  readonly queueSigningKey: string;
}
