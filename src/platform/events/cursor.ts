import type { ToldEvent } from "../../contracts/ports.ts";
import { pgArray, type Sql } from "../database.ts";
import { eventIn, type LogRow } from "./log-row.ts";

/** A place in the log. Its order is (xid, id): by transaction, and inside one by id. */
interface Position {
  readonly xid: string;
  readonly id: string;
}

/** Where a round begins, and the transaction below which it reads. */
interface Round extends Position {
  readonly horizon: string;
}

/** An event of the log; its type may be one that this release does not know. */
export type LoggedEvent = ToldEvent & Pick<Position, "xid">;

/**
 * How long the others leave the cursor alone: longer than one call to the queue may take, and as long as events wait
 * when a relay dies in its round. A round that outlasts it only publishes twice.
 */
const leaseMs = 6_000;

/**
 * Takes the cursor for one round where there is something behind it and no other relay is at it; else undefined.
 * Writes nothing in the second case, so that asking is cheap. It asks for the first event in order, not whether there is
 * one: so it reads one index entry whatever the backlog and the statistics.
 */
export async function takeCursor(sql: Sql, holder: string): Promise<Round | undefined> {
  const [cursor] = await sql<Round[]>`
    update events.cursor c
       set holder = ${holder}, lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
     where c.lease_until < clock_timestamp()
       and (select true from events.outbox
             where (xid, id) > ((select xid from events.cursor), (select event_id from events.cursor))
               and xid < pg_snapshot_xmin(pg_current_snapshot())
             order by xid, id limit 1)
    returning c.xid, c.event_id as id, pg_snapshot_xmin(pg_current_snapshot()) as horizon`;
  return cursor;
}

/**
 * The next events in order. It stops below the oldest transaction that ran when the cursor was taken: one of those may
 * yet commit an event in front of what is visible now, and a cursor that had gone past it would never see it. And what
 * had ended by then was flushed with the taking, so that no event is told whose asynchronous commit a crash could undo.
 * Only the types that somebody hears come with their data.
 */
export async function readBehind(
  sql: Sql,
  { xid, id, horizon }: Round,
  limit: number,
  heardTypes: readonly string[],
): Promise<LoggedEvent[]> {
  const rows = await sql<(LogRow & Pick<Position, "xid">)[]>`
    select xid, id, type, key, version, case when type = any(${pgArray(heardTypes)}::text[]) then data end as data,
           traceparent, occurred_at
      from events.outbox
     where (xid, id) > (${xid}::xid8, ${id}::uuid) and xid < ${horizon}::xid8
     order by xid, id
     limit ${limit}`;
  return rows.map(eventIn);
}

/** Keeps the cursor for another call to the queue. */
export async function renewLease(sql: Sql, holder: string): Promise<void> {
  await sql`
    update events.cursor set lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
     where holder = ${holder}`;
}

/** Ends the round past the given event. False where another relay has taken over meanwhile. */
export async function moveCursor(sql: Sql, holder: string, { xid, id }: Position): Promise<boolean> {
  const { count } = await sql`
    update events.cursor
       set xid = ${xid}::xid8, event_id = ${id}, holder = null, lease_until = '-infinity'
     where holder = ${holder}`;
  return count === 1;
}

/** Ends the round where it began. */
export async function leaveCursor(sql: Sql, holder: string): Promise<void> {
  await sql`update events.cursor set holder = null, lease_until = '-infinity' where holder = ${holder}`;
}
