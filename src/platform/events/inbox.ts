import type { Event } from "../../contracts/events.ts";
import { pgArray, type Sql, type Transaction } from "../database.ts";
import type { Consumer } from "./consumer.ts";

/** The inbox remembers this long; an older event is refused, since nobody knows whether it was done. */
export const inboxDays = 45;

/** An event that a consumer is to react to. */
export interface Due<C extends Consumer = Consumer> {
  readonly consumer: C;
  readonly event: Event;
}

/** Knows what each consumer has done. */
export interface Inbox {
  /** Marks all of it as done, if the transaction commits; answers what was not done before. */
  readonly record: <D extends Due>(tx: Transaction, due: readonly D[]) => Promise<readonly D[]>;
  /** What is not done yet. */
  readonly missing: <D extends Due>(sql: Sql, due: readonly D[]) => Promise<readonly D[]>;
}

/** The inbox: a row for each consumer and event. Two deliveries at once wait for each other at its key. */
export const recordedOnce: Inbox = {
  record: async (tx, due) => {
    const { consumers, ids } = arraysOf(due);
    // In one order everywhere, so that two deliveries of the same events cannot deadlock.
    const rows = await tx<Key[]>`
      insert into events.inbox (consumer, event_id)
      select consumer, id from unnest(${consumers}::text[], ${ids}::uuid[]) as due(consumer, id) order by consumer, id
          on conflict do nothing
      returning consumer, event_id as id`;
    return among(due, rows);
  },
  missing: async (sql, due) => {
    const { consumers, ids } = arraysOf(due);
    const rows = await sql<Key[]>`
      select consumer, id from unnest(${consumers}::text[], ${ids}::uuid[]) as due(consumer, id)
       where not exists (select from events.inbox i where i.consumer = due.consumer and i.event_id = due.id)`;
    return among(due, rows);
  },
};

interface Key {
  readonly consumer: string;
  readonly id: string;
}

function arraysOf(due: readonly Due[]) {
  return {
    consumers: pgArray(due.map(({ consumer }) => consumer.name)),
    ids: pgArray(due.map(({ event }) => event.id)),
  };
}

function among<D extends Due>(due: readonly D[], rows: readonly Key[]): readonly D[] {
  const keys = new Set(rows.map(({ consumer, id }) => `${consumer} ${id}`));
  return due.filter(({ consumer, event }) => keys.has(`${consumer.name} ${event.id}`));
}
