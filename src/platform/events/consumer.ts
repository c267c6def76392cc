import type { Event, EventType } from "../../contracts/events.ts";
import type { Service } from "../../contracts/services.ts";
import type { Transaction } from "../database.ts";
import type { Scope } from "../scope.ts";

interface Named {
  readonly service: Service;
  /** Stands in the inbox for ever, so it never changes: `<service>.<effect>`, such as `notifications.receipt`. */
  readonly name: string;
}

/**
 * A reaction inside our own databases, in the transaction of its inbox row: set-based, right in any order of events, at
 * most once by the inbox.
 */
export interface ApplyingConsumer<T extends EventType = EventType> extends Named {
  readonly apply: (scope: Scope, tx: Transaction, events: readonly Event<T>[]) => Promise<void>;
  /** What follows the commit and may be lost, such as dropping a cached value. */
  readonly afterwards?: (scope: Scope, events: readonly Event<T>[]) => Promise<void>;
}

/** A reaction outside them (mail): runs before its inbox row is written, with the event id as idempotency key. */
export interface SendingConsumer<T extends EventType = EventType> extends Named {
  readonly send: (scope: Scope, event: Event<T>) => Promise<void>;
}

export type Consumer<T extends EventType = EventType> = ApplyingConsumer<T> | SendingConsumer<T>;

/** The map of events: who reacts to what. */
export type Subscriptions = { readonly [T in EventType]: readonly Consumer<T>[] };
