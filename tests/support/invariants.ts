import type { Sql, TransactionSql } from "postgres";

/** A promise about the data, and how many rows break it. */
export interface Invariant {
  name: string;
  violations: number;
}

/** Who hears of an event: type -> names of its consumers, as the inbox writes them. */
export type Consumers = Readonly<Record<string, readonly string[]>>;

/**
 * Counts what breaks the promises of order-path 2, over the views of the schema `checks` of one database, in one
 * snapshot. Holds once events have had their effects; what has no time to lag is `duringLoad`.
 */
export function invariants(sql: Sql, consumers: Consumers = {}): Promise<Invariant[]> {
  return snapshot(sql, async (tx) => [
    ...(await conservation(tx)),
    ...(await rest(tx)),
    ...(await heard(tx, consumers)),
  ]);
}

/** The part that holds at every instant, under load too: nothing oversold, stock and ledger add up. */
export function duringLoad(sql: Sql): Promise<Invariant[]> {
  return snapshot(sql, conservation);
}

function snapshot(sql: Sql, count: (tx: TransactionSql) => Promise<Invariant[]>): Promise<Invariant[]> {
  return sql.begin("isolation level repeatable read read only", count) as Promise<Invariant[]>;
}

async function conservation(tx: TransactionSql): Promise<Invariant[]> {
  return tx<Invariant[]>`
    with held as (select sku, sum(quantity) as units from checks.reservations where state = 'held' group by sku),
    moved as (select sku, sum(delta) as units from checks.movements group by sku),
    taken as (select order_id, sku, -sum(delta) as units from checks.movements where order_id is not null group by order_id, sku),
    leg as (select entry_id, currency, sum(amount) as amount from checks.ledger group by entry_id, currency)
    select 'no stock is oversold' as name, count(*)::int as violations
      from checks.stock where reserved < 0 or reserved > on_hand
    union all select 'reserved is the sum of held reservations', count(*)::int
      from checks.stock full join held using (sku) where coalesce(reserved, -1) <> coalesce(units, 0)
    union all select 'on hand is the sum of movements', count(*)::int
      from checks.stock full join moved using (sku) where coalesce(on_hand, -1) <> coalesce(moved.units, 0)
    union all select 'no order takes its units twice', count(*)::int
      from taken left join checks.reservations r using (order_id, sku) where taken.units not between 0 and coalesce(r.quantity, 0)
    union all select 'every ledger entry sums to zero', count(*)::int from leg where amount <> 0
    union all select 'the ledger sums to zero in each currency', count(*)::int
      from (select from leg group by currency having sum(amount) <> 0) unbalanced`;
}

async function rest(tx: TransactionSql): Promise<Invariant[]> {
  return tx<Invariant[]>`
    with fate as (
      select order_id, r.state, case when o.status = 'pending' then 'held'
          when o.status in ('paid', 'shipped', 'delivered', 'refunded') then 'committed'
          when o.status in ('cancelled', 'expired') then 'released' end as due
        from checks.reservations r full join (select id as order_id, status from checks.orders) o using (order_id)),
    lines as (
      select l.user_id, l.order_id, sum(l.quantity * l.unit_price) as total, bool_and(coalesce(r.quantity = l.quantity, false)) as reserved,
          -- A coupon is reserved like a SKU, but is no line.
          (select count(*) from checks.reservations r where r.order_id = l.order_id) > count(*) as discounted
        from checks.order_lines l left join checks.reservations r using (order_id, sku) group by l.user_id, l.order_id),
    captured as (select user_id, order_id, count(*) as times, sum(amount) as amount from checks.payments where status = 'captured' group by user_id, order_id),
    settled as (select user_id, id as order_id, total from checks.orders where status in ('paid', 'shipped', 'delivered') and total > 0)
    select 'a reservation is held exactly while its order is pending' as name, count(*)::int as violations
      from fate where (state is not distinct from 'held') <> (due is not distinct from 'held')
    union all select 'a reservation is committed exactly when its order was paid', count(*)::int
      from fate where (state is not distinct from 'committed') <> (due is not distinct from 'committed')
    union all select 'a reservation is released exactly when its order was cancelled or expired', count(*)::int
      from fate where (state is not distinct from 'released') <> (due is not distinct from 'released')
    union all select 'every order has lines, each reserved in its quantity', count(*)::int
      from checks.orders o left join lines l on l.user_id = o.user_id and l.order_id = o.id where l.reserved is not true
    union all select 'an order without a coupon costs the sum of its lines', count(*)::int
      from checks.orders o join lines l on l.user_id = o.user_id and l.order_id = o.id where not l.discounted and o.total <> l.total
    union all select 'no order is captured twice', count(*)::int from captured where times > 1
    union all select 'what is captured is what paid orders cost', count(*)::int
      from settled full join captured using (user_id, order_id) where settled.total is distinct from captured.amount
    union all select 'no consumer handled an event twice', count(*)::int
      from (select from checks.inbox group by consumer, event_id having count(*) > 1) twice`;
}

async function heard(tx: TransactionSql, consumers: Consumers): Promise<Invariant[]> {
  const pairs = Object.entries(consumers).flatMap(([type, names]) => names.map((consumer) => ({ type, consumer })));
  if (pairs.length === 0) return []; // a check of nothing must not count as kept
  return tx<Invariant[]>`
    select 'every consumer handled every event' as name, count(*)::int as violations
      from jsonb_to_recordset(${tx.json(pairs)}::jsonb) as due(type text, consumer text)
      join checks.outbox o using (type)
      where not exists (select from checks.inbox i where i.event_id = o.event_id and i.consumer = due.consumer)`;
}
