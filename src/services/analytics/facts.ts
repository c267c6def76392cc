import type { Event } from "../../contracts/events.ts";
import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import type { Scope } from "../../platform/scope.ts";
import { rollUp } from "./roll-up.ts";
import { appendEvents } from "./store.ts";

/** The events that count. */
export type Counted = "user.registered" | "order.placed" | "order.paid" | "order.refunded";

/** What an event adds to the figures. */
export interface Fact {
  readonly userId: string;
  /** Where absent, the user's. */
  readonly region?: string;
  readonly placed?: number;
  readonly orders?: number;
  readonly revenue?: number;
  readonly newUsers?: number;
  readonly lines?: readonly { readonly sku: string; readonly quantity: number; readonly amount: number }[];
}

/** While events come, the roll-ups follow them this often: each round writes the rows of an hour and a day once. */
const paceMs = 1_000;

/**
 * A consumer that appends what each event adds, and lets the roll-ups follow. Nothing waits for them: what they do not
 * hold yet is counted from the events. Rebuildable: all figures are made of the events (`analytics.rebuild_roll_ups()`).
 */
export function counting<T extends Counted>(name: string, factOf: (event: Event<T>) => Fact): ApplyingConsumer<T> {
  return {
    service: "analytics",
    name,
    apply: ({ deps }, tx, events) =>
      appendEvents(
        tx,
        deps.config.REGION,
        events.map((event) => ({ id: event.id, type: event.type, key: event.key, ...factOf(event) })),
      ),
    afterwards: (scope: Scope) => rollUp(scope, paceMs),
  };
}
