import type { Sql } from "../database.ts";
import type { Scope } from "../scope.ts";

const weeksAhead = 4;

/** The job that keeps the partitions of every database. */
export async function partitionUpkeep({ deps }: Scope): Promise<void> {
  for (const database of deps.databases.all()) await keepPartitions(database.primary().sql);
}

/**
 * Makes the coming weeks' partitions of every table of `events.partitioned` and drops those that are too old to keep; of
 * the outbox only what the relay has passed. Safe to repeat and to break off anywhere.
 */
async function keepPartitions(sql: Sql): Promise<void> {
  await sql`select events.add_partitions(${weeksAhead})`;
  for (const partition of await expired(sql)) {
    if (partition.parent === "events.outbox" && !(await passed(sql, partition.name))) continue;
    // Outside a transaction, and so without locking writers out. What was broken off is finished first.
    if (partition.pending) await alter(sql, partition, "finalize");
    else if (partition.attached) await alter(sql, partition, "concurrently");
    await sql`drop table ${sql(partition.name)}`;
  }
}

/** Names with their schema. */
interface Partition {
  readonly name: string;
  readonly parent: string;
  readonly attached: boolean;
  /** Detaching it was broken off. */
  readonly pending: boolean;
}

/** The partitions, attached or not, whose whole week is past keeping. */
async function expired(sql: Sql): Promise<Partition[]> {
  return sql<Partition[]>`
    select n.nspname || '.' || c.relname as name, p.parent, i.inhrelid is not null as attached,
           coalesce(i.inhdetachpending, false) as pending
      from events.partitioned p
      join pg_namespace n on n.nspname = split_part(p.parent, '.', 1)
      join pg_class c on c.relnamespace = n.oid and c.relkind = 'r'
                     and c.relname ~ ('^' || split_part(p.parent, '.', 2) || '_\\d{8}$')
      left join pg_inherits i on i.inhrelid = c.oid
     where to_date(right(c.relname, 8), 'YYYYMMDD') + 7 + p.keep_days < current_date
     order by 1`;
}

async function passed(sql: Sql, partition: string): Promise<boolean> {
  const [behind] = await sql`
    select from ${sql(partition)}
     where (xid, id) > ((select xid from events.cursor), (select event_id from events.cursor))
     order by xid, id limit 1`;
  return behind === undefined;
}

async function alter(sql: Sql, { parent, name }: Partition, how: "concurrently" | "finalize"): Promise<void> {
  await sql.unsafe(`alter table ${parent} detach partition ${name} ${how}`);
}
