import type { TransactionSql } from "postgres";
import type { Shop } from "../lab/shop.ts";

const buyers = 20;
/** A page of a buyer's list. */
const ordersEach = 100;

/** Gives the shop users number `from` to `to`, each with a paid order of one line, as if it had sold for long. */
export async function makePast(shop: Shop, from: number, to: number): Promise<void> {
  await shop.admin.begin(async (tx) => {
    await tx`
      create temporary table buying on commit drop as
      select n, md5('past ' || n)::uuid as user_id from generate_series(${from}::int, ${to}::int) n`;
    await tx`
      insert into identity.users(id, email, name, role, region, password_hash, email_verified)
      select user_id, 'past' || n || '@headroom.local', 'Past', 'customer', 'main', b.password_hash, true
        from buying cross join (select password_hash from identity.users where email = 'buyer1@headroom.local') b`;
    await tx`
      insert into notifications.contacts(user_id, email, name, version)
      select user_id, 'past' || n || '@headroom.local', 'Past', 0 from buying`;
    await makeOrders(tx);
  });
  await settle(shop);
}

/** Gives each buyer a full list of orders, so that the list costs the first journey what it costs the last. */
export async function fillLists(shop: Shop): Promise<void> {
  await shop.admin.begin(async (tx) => {
    await tx`
      create temporary table buying on commit drop as
      select -n as n, u.id as user_id
        from generate_series(1, ${buyers * ordersEach}::int) n
        join identity.users u on u.email = 'buyer' || 1 + n % ${buyers}::int || '@headroom.local'`;
    await makeOrders(tx);
  });
}

/**
 * An order for each row of `buying`: set-based SQL past the application, of rows that it would have made, so that the
 * invariants hold. All ids of an order begin alike and come in their order, since a million rows in any other take minutes.
 */
async function makeOrders(tx: TransactionSql): Promise<void> {
  await tx`
      create temporary table past on commit drop as
      select n, user_id, (left(md5('past ' || n), 30) || '01')::uuid as order_id,
             (left(md5('past ' || n), 30) || '02')::uuid as payment_id,
             p.sku, p.amount, p.currency, now() - interval '1 day' - abs(n) * interval '10 seconds' as at,
             jsonb_build_array(jsonb_build_object('sku', p.sku, 'name', p.name, 'quantity', 1,
               'unitPrice', jsonb_build_object('amount', p.amount, 'currency', p.currency),
               'total', jsonb_build_object('amount', p.amount, 'currency', p.currency))) as lines
        from buying
        join (select *, row_number() over (order by sku) - 1 as place from orders.prices) p
          on p.place = abs(n) % (select count(*) from orders.prices)
       order by order_id`;
  await tx`
      insert into inventory.reservations(order_id, user_id, body_hash, skus, quantities, state, reserved_at, expires_at)
      select order_id, user_id, '', array[sku], array[1], 'committed', at, at + interval '1 day' from past`;
  await tx`insert into inventory.movements(sku, delta, reason, order_id, at) select sku, -1, 'order', order_id, at from past`;
  await tx`
      update inventory.stock s set on_hand = s.on_hand - sold.units
        from (select sku, count(*)::int as units from past group by sku) sold where sold.sku = s.sku`;
  await tx`
      insert into orders.orders(user_id, id, status, body_hash, lines, subtotal, total, currency, payment_id, version,
                                history, created_at, updated_at, expires_at)
      select user_id, order_id, 'paid', '', lines, amount, amount, currency, payment_id, 2,
             jsonb_build_array(jsonb_build_object('status', 'pending', 'at', at), jsonb_build_object('status', 'paid', 'at', at)),
             at, at, at + interval '1 day' from past`;
  await tx`
      insert into payments.payments(user_id, id, order_id, provider, method, body_hash, amount, currency, status,
                                    reference, version, created_at, updated_at, asked_at)
      select user_id, payment_id, order_id, 'sandbox', 'pm_ok', '', amount, currency, 'captured',
             'past-' || n, 1, at, at, at from past`;
  await tx`
      insert into payments.ledger(user_id, entry_id, account, amount, currency, payment_id, at)
      select user_id, payment_id, leg.account, leg.sign * amount, currency, payment_id, at
        from past cross join (values ('provider', 1), ('sales', -1)) leg(account, sign)`;
}

/** As autovacuum and the checkpointer would have, long ago: what is loaded at once is not written out beside a probe. */
async function settle({ admin }: Shop): Promise<void> {
  const tables = await admin<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('identity', 'notifications', 'inventory', 'orders', 'payments')`;
  for (const { name } of tables) await admin.unsafe(`vacuum analyze ${name}`);
  await admin`checkpoint`;
}
