import type { Sql } from "../database.ts";
import type { Scope } from "../scope.ts";
import { inboxDays } from "./inbox.ts";

const weeksAhead = 4;

/** The job that keeps the partitions of every database. */
export async function partitionUpkeep({ deps }: Scope): Promise<void> {
  for (const database of deps.databases.all()) await keepPartitions(database.primary().sql);
}

/**
 * Makes the coming weeks' partitions of outbox and inbox and drops what is older than the inbox remembers; of the outbox
 * only what the relay has passed. Safe to repeat and to break off anywhere.
 */
async function keepPartitions(sql: Sql): Promise<void> {
  await sql`select events.add_partitions(${weeksAhead})`;
  for (const partition of await expired(sql)) {
    if (partition.parent === "outbox" && !(await passed(sql, partition.name))) continue;
    // Outside a transaction, and so without locking writers out. What was broken off is finished first.
    if (partition.pending) await alter(sql, partition, "finalize");
    else if (partition.attached) await alter(sql, partition, "concurrently");
    await sql`drop table events.${sql(partition.name)}`;
  }
}

interface Partition {
  readonly name: string;
  readonly parent: "outbox" | "inbox";
  readonly attached: boolean;
  /** Detaching it was broken off. */
  readonly pending: boolean;
}

/** The partitions, attached or not, whose whole week is past remembering. */
async function expired(sql: Sql): Promise<Partition[]> {
  return sql<Partition[]>`
    select c.relname as name, split_part(c.relname, '_', 1) as parent, i.inhrelid is not null as attached,
           coalesce(i.inhdetachpending, false) as pending
      from pg_class c
      left join pg_inherits i on i.inhrelid = c.oid
     where c.relnamespace = 'events'::regnamespace and c.relkind = 'r' and c.relname ~ '^(outbox|inbox)_\\d{8}$'
       and to_date(right(c.relname, 8), 'YYYYMMDD') + 7 + ${inboxDays}::integer < current_date
     order by 1`;
}

async function passed(sql: Sql, partition: string): Promise<boolean> {
  const [behind] = await sql`
    select from events.${sql(partition)}
     where (xid, id) > ((select xid from events.cursor), (select event_id from events.cursor))
     order by xid, id limit 1`;
  return behind === undefined;
}

async function alter(sql: Sql, { parent, name }: Partition, how: "concurrently" | "finalize"): Promise<void> {
  await sql.unsafe(`alter table events.${parent} detach partition events.${name} ${how}`);
}
