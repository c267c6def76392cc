import type { NewEvent } from "../../contracts/events.ts";
import type { Transaction } from "../database.ts";
import type { Scope } from "../scope.ts";

/**
 * Commits events with the change they tell of: it takes a transaction and nothing else. One statement for any number;
 * the database gives each its id and time. Who listens hears of it by the relay.
 */
export async function appendEvents(
  tx: Transaction,
  scope: Pick<Scope, "traceparent">,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await tx`
    insert into events.outbox (type, key, version, data, traceparent)
    select type, key, version, data, ${scope.traceparent}
      from jsonb_to_recordset(${JSON.stringify(events)}::jsonb) as e(type text, key text, version bigint, data jsonb)`;
}
