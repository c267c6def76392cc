import { describeError } from "../log.ts";
import type { Scope } from "../scope.ts";
import type { Due } from "./inbox.ts";

/** An event that was not done, and by whom; `consumer` is null where it is nobody's. */
export interface Failure {
  readonly eventId: string;
  readonly consumer: string | null;
  readonly reason: string;
}

/** Logs why an event failed and says it in one line. */
export function failed(scope: Scope, { consumer, event }: Due, error: unknown): Failure {
  const description = describeError(error);
  scope.log.error("an event failed", { consumer: consumer.name, event: event.id, type: event.type, ...description });
  return { eventId: event.id, consumer: consumer.name, reason: String(description.error).slice(0, 300) };
}

/** On whose behalf an event is done: its own trace goes on. */
export function scopeOf(scope: Scope, events: Due["event"][]): Scope {
  return { ...scope, traceparent: events[0]?.traceparent ?? scope.traceparent };
}
