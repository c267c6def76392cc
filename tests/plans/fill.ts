import type { Sql } from "postgres";

/** What a shop of some size has, set by set; `n` is the thing's number. Ids are spread as the application's are. */
const sets = [
  `insert into identity.users(id, email, name, region, password_hash)
   select uuid_of('user', n), n || '@example.com', 'Buyer', 'main', repeat('x', 80) from generate_series(1, 8000) n`,
  `insert into identity.sessions(user_id, expires_at, user_agent, address)
   select uuid_of('user', n), now() + interval '30 days', 'Browser', '127.0.0.1' from generate_series(1, 8000) n`,
  `insert into identity.mailed_tokens(id, user_id, purpose, token_hash, expires_at)
   select uuid_of('request', n), uuid_of('user', n), 'verification', 'hash-' || n, now() + interval '1 day' from generate_series(1, 8000) n`,
  `insert into identity.api_keys(name, prefix, key_hash, scopes, revoked_at, expires_at, created_by)
   select 'Key', 'hr_key', 'hash-' || n, '{stock:write}', case when n > 100 then now() end,
          case when n % 2 = 0 then now() + interval '1 day' else 'infinity' end, uuid_of('user', 1) from generate_series(1, 8000) n`,
  // One user in a hundred works for the shop. Some days of records.
  `update identity.users set role = case when n % 200 = 0 then 'admin' else 'operator' end
     from generate_series(1, 8000) n where id = uuid_of('user', n) and n % 100 = 0`,
  `insert into identity.audit_log(id, at, actor_id, actor_kind, action, target_type, target_id, request_id, address, detail)
   select uuidv7(n * interval '-1 minute'), now(), 'user-' || n % 80, 'user', 'action-' || n % 20, 'thing', 'thing-' || n % 2000,
          'request', '127.0.0.1', '{}' from generate_series(1, 8000) n`,
  `insert into catalog.categories(slug, name) select 'category-' || n, 'Category ' || n from generate_series(1, 100) n`,
  `insert into catalog.products(id, slug, name, description, category, images, variants, price_amount, currency, metadata, status)
   select uuid_of('product', n), 'product-' || n, 'Product ' || n, repeat('words ', 20), 'category-' || n % 100 + 1, '[]',
          jsonb_build_array(jsonb_build_object('sku', 'sku-' || n, 'name', 'V', 'price', '{"amount": 1000, "currency": "USD"}'::jsonb, 'available', true)),
          n % 500, 'USD', '{}', 'active' from generate_series(1, 8000) n`,
  `insert into catalog.cards(category, product_id, name, price_amount, available, created_at)
   select category, id, name, price_amount, true, created_at from catalog.products where slug like 'product-%'`,
  `insert into catalog.skus(sku, product_id, available) select 'sku-' || n, uuid_of('product', n), true from generate_series(1, 8000) n`,
  `insert into inventory.stock(sku, on_hand) select 'sku-' || n, 1000 from generate_series(1, 8000) n`,
  `insert into orders.priced_products(product_id, version) select uuid_of('product', n), 1 from generate_series(1, 8000) n`,
  `insert into orders.prices(sku, product_id, name, amount, currency, active)
   select 'sku-' || n, uuid_of('product', n), 'Product ' || n, 1000, 'USD', true from generate_series(1, 8000) n`,
  // One order in a hundred is still pending.
  `insert into orders.orders(user_id, id, status, body_hash, lines, subtotal, total, currency, history, created_at, expires_at)
   select uuid_of('user', n % 8000 + 1), uuid_of('order', n), case when n % 100 = 0 then 'pending' else 'paid' end, 'body',
          '[{"sku": "sku-1", "quantity": 1}]', 1000, 1000, 'USD', '[]', now() - n * interval '1 minute', now() + interval '1 hour'
     from generate_series(1, 40000) n`,
  `insert into inventory.reservations(order_id, user_id, body_hash, skus, quantities, state, reserved_at, expires_at)
   select id, user_id, 'body', '{sku-1}', '{1}', case when status = 'pending' then 'held' else 'committed' end, created_at, expires_at
     from orders.orders where body_hash = 'body'`,
  `insert into inventory.movements(sku, delta, reason, order_id)
   select 'sku-' || n % 8000 + 1, -1, 'sold', uuid_of('order', n) from generate_series(1, 40000) n`,
  `insert into payments.payments(user_id, id, order_id, provider, method, body_hash, amount, currency, status, created_at, asked_at)
   select user_id, uuid_of('payment', row_number() over ()), id, 'sandbox', 'pm_ok', 'body', 1000, 'USD',
          case when status = 'pending' then 'processing' else 'captured' end, created_at, now()
     from orders.orders where body_hash = 'body'`,
  `insert into payments.ledger(user_id, entry_id, account, amount, currency, payment_id)
   select user_id, id, account, 1000, 'USD', id from payments.payments, unnest('{provider,sales}'::text[]) account`,
  `insert into payments.refunds(user_id, payment_id, amount, currency, reason, status)
   select user_id, id, 1000, 'USD', 'order-ended', case when n % 100 = 0 then 'processing' else 'succeeded' end
     from (select user_id, id, row_number() over () n from payments.payments where status = 'captured' limit 8000) p`,
  `insert into notifications.contacts(user_id, email, name, version)
   select uuid_of('user', n), n || '@example.com', 'Buyer', 1 from generate_series(1, 8000) n`,
  `insert into notifications.notifications(user_id, kind, subject)
   select uuid_of('user', n % 8000 + 1), 'welcome', 'Hello' from generate_series(1, 10000) n`,
  `insert into notifications.webhook_endpoints(id, url, events, secret_id)
   select uuid_of('endpoint', n), 'https://example.com/' || n, '["*"]', uuid_of('secret', n) from generate_series(0, 39) n`,
  // Of two weeks; one in a hundred is not done.
  `insert into notifications.webhook_deliveries(endpoint_id, id, event_id, type, payload, next_at)
   select uuid_of('endpoint', n % 40), uuidv7(n * interval '-20 seconds'), uuid_of('event', n), 'order.paid', '{}',
          case when n % 100 = 0 then now() end from generate_series(1, 20000) n`,
  // A week of events, of which a twentieth is not rolled up yet.
  `insert into analytics.events(user_id, id, xid, type, key, region, orders, revenue, lines)
   select uuid_of('user', n % 8000), uuidv7(n * interval '-5 minutes'), (3 + (40000 - n) / 200)::text::xid8,
          'order.paid', uuid_of('order', n), 'main', 1, 1000, '[{"sku": "sku-1", "quantity": 1, "amount": 1000}]'
     from generate_series(1, 2000) n`,
  `update analytics.cursor set (xid, event_id) = (select xid, id from analytics.events order by xid desc, id desc offset (select count(*) / 20 from analytics.events) limit 1)`,
  `insert into analytics.by_region(grain, start, region, orders, revenue)
   select grain, date_trunc(grain, now(), 'UTC') - n * ('1 ' || grain)::interval, 'main', 100, 100000
     from generate_series(1, 8000) n, unnest('{hour,day}'::text[]) grain`,
  `insert into analytics.by_sku(grain, start, sku, quantity, revenue)
   select grain, date_trunc(grain, now(), 'UTC') - n / 10 * ('1 ' || grain)::interval, 'sku-' || n, 100, 100000
     from generate_series(1, 8000) n, unnest('{hour,day}'::text[]) grain`,
  `insert into analytics.skus(sku, name, category, event_id) select 'sku-' || n, 'Product ' || n, 'c', uuidv7() from generate_series(1, 8000) n`,
  `insert into analytics.users(user_id, region, version) select uuid_of('user', n), 'main', 1 from generate_series(1, 8000) n`,
  // The last hundred events are not relayed yet.
  `insert into events.outbox(xid, type, key, version, data)
   select (3 + n / 200)::text::xid8, 'stock.changed', 'sku-' || n % 8000, n, '{}' from generate_series(1, 40000) n`,
  `update events.cursor set (xid, event_id) = (select xid, id from events.outbox order by xid desc, id desc offset 100 limit 1)`,
  `insert into events.inbox(consumer, event_id) select 'catalog.availability', id from events.outbox`,
  `insert into events.dead(consumer, event_id, type, body, attempts, last_error)
   select 'catalog.availability', uuidv7(), 'stock.changed', '{}', 5, 'none' from generate_series(1, 1000)`,
];

/** Fills a just-migrated database as years would, or a part of them, and takes its statistics. As a superuser. */
export async function fill(admin: Sql, part = 1): Promise<void> {
  await admin`set synchronous_commit = off`;
  await admin`create function pg_temp.uuid_of(kind text, n bigint) returns uuid immutable return md5(kind || n)::uuid`;
  for (const set of sets)
    await admin.unsafe(
      set
        .replaceAll("uuid_of(", "pg_temp.uuid_of(")
        .replace(/series\(1, (\d+)\)/, (_, n) => `series(1, ${Math.round(Number(n) * part)})`),
    );
  await admin`analyze`;
}
