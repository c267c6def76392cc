import { type Handle, pgArray, type Sql, type Transaction } from "../../platform/database.ts";
import { lowestUuid } from "../../shared/ids.ts";
import type { Fact } from "./facts.ts";

interface NewEvent extends Fact {
  readonly id: string;
  readonly type: string;
  readonly key: string;
}

/** In whose name stands what an erased user added to the figures. */
const nobody = lowestUuid;

/**
 * Appends what events add to the figures; one that is there adds nothing. Who is not known counts in `region`, and whoever
 * is erased counts as nobody.
 */
export async function appendEvents(tx: Transaction, region: string, events: readonly NewEvent[]): Promise<void> {
  await tx`
    insert into analytics.events (user_id, id, type, key, region, placed, orders, revenue, new_users, lines)
    select coalesce(of, ${nobody}::uuid), e.id, e.type,
           case when of is null and e.key = e."userId" then ${nobody}::uuid else e.key end,
           coalesce(e.region, u.region, ${region}), coalesce(e.placed, 0),
           coalesce(e.orders, 0), coalesce(e.revenue, 0), coalesce(e."newUsers", 0), coalesce(e.lines, '[]')
      from jsonb_to_recordset(${JSON.stringify(events)}::text::jsonb)
        as e("userId" uuid, id uuid, type text, key uuid, region text, placed bigint, orders bigint, revenue bigint,
             "newUsers" bigint, lines jsonb)
      left join events.unerased_v1(${pgArray(events.map(({ userId }) => userId))}::uuid[]) of on of = e."userId"
      left join lateral (select region from analytics.users where user_id = e."userId" limit 1) u on true
    on conflict do nothing`;
}

interface UserRegion {
  readonly userId: string;
  readonly region: string;
  readonly version: number;
}

/** Keeps where users belong; an older version of a user than is known changes nothing, and whoever is erased stays so. */
export async function keepRegions(tx: Transaction, users: readonly UserRegion[]): Promise<void> {
  await tx`
    insert into analytics.users as u (user_id, region, version)
    select distinct on ("userId") "userId", region, version
      from events.unerased_v1(${pgArray(users.map(({ userId }) => userId))}::uuid[]) of
      join jsonb_to_recordset(${JSON.stringify(users)}::text::jsonb) as g("userId" uuid, region text, version bigint)
        on g."userId" = of
     order by "userId", version desc
    on conflict (user_id) do update set region = excluded.region, version = excluded.version
      where u.version < excluded.version`;
}

/** Figures stay, in nobody's name. The rows are written anew, since a row's distribution key never changes. */
export async function forgetUsers(tx: Transaction, userIds: readonly string[]): Promise<void> {
  const users = pgArray(userIds);
  await tx`delete from analytics.users where user_id = any(${users}::uuid[])`;
  await tx`
    with theirs as (
      delete from analytics.events where user_id = any(${users}::uuid[])
      returning user_id, id, xid, type, key, region, placed, orders, revenue, new_users, lines
    )
    insert into analytics.events (user_id, id, xid, type, key, region, placed, orders, revenue, new_users, lines)
    select ${nobody}::uuid, id, xid, type, case when key = user_id then ${nobody}::uuid else key end, region, placed, orders, revenue,
           new_users, lines
      from theirs`;
}

interface NamedSku {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly eventId: string;
}

/** Keeps what SKUs are called. A SKU may move to another product, so the newest event holds, by its id's time. */
export async function nameSkus(tx: Transaction | Sql, skus: readonly NamedSku[]): Promise<void> {
  await tx`
    insert into analytics.skus as s (sku, name, category, event_id)
    select distinct on (sku) sku, name, category, "eventId"
      from jsonb_to_recordset(${JSON.stringify(skus)}::text::jsonb) as g(sku text, name text, category text, "eventId" uuid)
     order by sku, "eventId" desc
    on conflict (sku) do update set name = excluded.name, category = excluded.category, event_id = excluded.event_id
      where s.event_id < excluded.event_id`;
}

/**
 * One round: adds the next `eventsMax` events behind the cursor to the roll-ups and answers how many it added; 0 where
 * another is at it or the last round is younger than `paceMs`. It stops below the oldest transaction that runs: one of
 * those may yet commit an event in front of what is visible now.
 */
export async function rollUpRound({ sql }: Handle, paceMs: number, eventsMax: number): Promise<number> {
  const [round] = await sql<{ count: number }[]>`
    with place as materialized (
      select xid, event_id from analytics.cursor
       where rolled_at <= clock_timestamp() - ${paceMs} * interval '1 millisecond' for update skip locked
    ), fresh as materialized (
      select xid, id, region, placed, orders, revenue, new_users, lines from analytics.unrolled
       where (xid, id) > ((select xid from place), (select event_id from place))
         and xid < pg_snapshot_xmin(pg_current_snapshot())
       order by xid, id limit ${eventsMax}
    ), grained as (
      select grain, date_trunc(grain, uuid_extract_timestamp(id), 'UTC') as start,
             region, placed, orders, revenue, new_users, lines
        from fresh cross join (values ('day'), ('hour')) as g(grain)
    ), regions as (
      insert into analytics.by_region as r (grain, start, region, placed, orders, revenue, new_users)
      select grain, start, region, sum(placed), sum(orders), sum(revenue), sum(new_users) from grained group by 1, 2, 3
      on conflict (grain, start, region) do update
        set placed = r.placed + excluded.placed, orders = r.orders + excluded.orders,
            revenue = r.revenue + excluded.revenue, new_users = r.new_users + excluded.new_users
    ), skus as (
      insert into analytics.by_sku as s (grain, start, sku, quantity, revenue)
      select grain, start, sku, sum(quantity), sum(amount)
        from grained cross join jsonb_to_recordset(lines) as l(sku text, quantity bigint, amount bigint) group by 1, 2, 3
      on conflict (grain, start, sku) do update
        set quantity = s.quantity + excluded.quantity, revenue = s.revenue + excluded.revenue
    )
    update analytics.cursor
       set (xid, event_id) = (select xid, id from fresh order by xid desc, id desc limit 1), rolled_at = clock_timestamp()
     where exists (select from fresh)
    returning (select count(*)::int from fresh) as count`;
  return round?.count ?? 0;
}
