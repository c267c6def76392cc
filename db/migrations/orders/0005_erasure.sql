CREATE TABLE "orders"."closures" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
-- As place_v2, but of a user whose account is closed no order is taken ('closed'). Whoever closes it waits for this, or is
-- waited for and then seen: `p_users` are those of the orders, each once, in one order everywhere.
-- Writes what was decided, for many orders of many users: order, lines and event in one statement. An order that is
-- there already stays as it is ('exists'). The only other refusal is 'too-late': a reservation older than half its grace might
-- be swept before this commits. Orders of one batch are written in id order, so that two batches cannot deadlock.
CREATE FUNCTION orders.place_v3(p_orders jsonb, p_users uuid[], p_life interval, p_half_grace interval)
RETURNS TABLE(id uuid, outcome text, created_at timestamptz, expires_at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  fresh uuid[];
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('orders.closures'), hashtext(of::text)) FROM unnest(p_users) of;
  WITH given AS (
    SELECT * FROM jsonb_to_recordset(p_orders) AS g(
      id uuid, user_id uuid, body_hash text, lines jsonb, subtotal bigint, discount bigint, shipping bigint, tax bigint, total bigint,
      currency text, coupon text, shipping_address jsonb, metadata jsonb, reserved_at timestamptz, traceparent text)
  ), made AS (
    INSERT INTO orders.orders(user_id, id, status, body_hash, lines, subtotal, discount, shipping, tax, total, currency, coupon,
                              shipping_address, metadata, version, history, expires_at)
    SELECT user_id, id, CASE WHEN total = 0 THEN 'paid' ELSE 'pending' END, body_hash, lines,
           subtotal, discount, shipping, tax, total, currency, coupon, shipping_address, metadata, CASE WHEN total = 0 THEN 2 ELSE 1 END,
           CASE WHEN total = 0
                THEN jsonb_build_array(jsonb_build_object('status', 'pending', 'at', now()), jsonb_build_object('status', 'paid', 'at', now()))
                ELSE jsonb_build_array(jsonb_build_object('status', 'pending', 'at', now())) END,
           now() + p_life
      FROM given
      LEFT JOIN LATERAL (
        SELECT true AS is FROM orders.closures c WHERE c.user_id = given.user_id AND until > now() LIMIT 1) closed ON true
     WHERE reserved_at > now() - p_half_grace AND closed.is IS NULL
     ORDER BY id ON CONFLICT DO NOTHING
    RETURNING user_id, id, status, lines, total, currency, expires_at
  ), told AS (
    INSERT INTO events.outbox(type, key, version, data, traceparent)
    SELECT e.type, m.id, e.version,
           jsonb_build_object('userId', m.user_id, 'lines', m.lines,
                              'total', jsonb_build_object('amount', m.total, 'currency', m.currency),
                              'expiresAt', m.expires_at) || e.more,
           g.traceparent
      FROM made m JOIN given g USING (id)
     CROSS JOIN LATERAL (
       SELECT 'order.placed' AS type, 1 AS version, '{}'::jsonb AS more
       UNION ALL SELECT 'order.paid', 2, '{"paymentId": null}'::jsonb WHERE m.status = 'paid') e
  )
  SELECT array_agg(id) INTO fresh FROM made;
  RETURN QUERY
    SELECT g.id,
           CASE WHEN g.id = ANY (fresh) THEN 'placed' WHEN o.id IS NOT NULL THEN 'exists'
                WHEN (SELECT true FROM orders.closures c WHERE c.user_id = g.user_id AND until > now() LIMIT 1) THEN 'closed'
                ELSE 'too-late' END,
           o.created_at, o.expires_at
      FROM jsonb_to_recordset(p_orders) AS g(id uuid, user_id uuid)
      LEFT JOIN LATERAL (
        SELECT id, created_at, expires_at FROM orders.orders WHERE user_id = g.user_id AND id = g.id LIMIT 1) o ON true;
END $$;
--> statement-breakpoint
-- The user, where the account is open; then whoever closes it waits until the transaction ends.
CREATE FUNCTION orders.if_open_v1(p_user uuid) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('orders.closures'), hashtext(p_user::text));
  RETURN QUERY SELECT p_user WHERE NOT EXISTS (SELECT FROM orders.closures WHERE user_id = p_user AND until > now());
END $$;
--> statement-breakpoint
-- Closes a user's account for a while and cancels what is pending. False, and nothing is done, where an order is in one of
-- `p_open`: the rows are locked, so that none becomes so meanwhile, and none is placed.
CREATE FUNCTION orders.close_v1(p_user uuid, p_for interval, p_open text[], p_traceparent text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  -- Named, so that no plan reads the index of everybody's pending orders.
  pending CONSTANT text[] := '{pending}';
  ids uuid[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('orders.closures'), hashtext(p_user::text));
  PERFORM FROM orders.orders WHERE user_id = p_user AND status = ANY (p_open || pending) ORDER BY id FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM orders.orders WHERE user_id = p_user AND status = ANY (p_open)) THEN
    RETURN false;
  END IF;
  INSERT INTO orders.closures AS c (user_id, until) VALUES (p_user, now() + p_for)
    ON CONFLICT (user_id) DO UPDATE SET until = greatest(c.until, excluded.until);
  SELECT array_agg(id ORDER BY id) INTO ids FROM orders.orders WHERE user_id = p_user AND status = ANY (pending);
  IF ids IS NOT NULL THEN
    PERFORM orders.move_v1(array_fill(p_user, ARRAY[cardinality(ids)]), ids, '{}', pending, 'cancelled',
                           'order.cancelled', '{"reason": "erased"}', p_traceparent);
  END IF;
  RETURN true;
END $$;
--> statement-breakpoint
-- Erases users: their accounts are closed for ever, their carts are gone, and their orders say nothing of them. What an
-- order in one of `p_from` was waiting for will not come: it is cancelled. Mostly there is none, since `close_v1` went before.
CREATE FUNCTION orders.erase_v1(p_users uuid[], p_from text[], p_traceparent text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  users uuid[];
  ids uuid[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('orders.closures'), hashtext(of::text))
     FROM (SELECT DISTINCT of FROM unnest(p_users) of ORDER BY of) each_once;
  INSERT INTO orders.closures (user_id, until) SELECT DISTINCT of, timestamptz 'infinity' FROM unnest(p_users) of ORDER BY of
    ON CONFLICT (user_id) DO UPDATE SET until = excluded.until;
  DELETE FROM orders.carts WHERE user_id = ANY (p_users);
  SELECT array_agg(o.user_id ORDER BY o.id), array_agg(o.id ORDER BY o.id) INTO users, ids
    FROM (SELECT DISTINCT of FROM unnest(p_users) of LIMIT cardinality(p_users)) k
   CROSS JOIN LATERAL (SELECT user_id, id FROM orders.orders WHERE user_id = k.of AND status = ANY (p_from) OFFSET 0) o;
  IF ids IS NOT NULL THEN
    PERFORM orders.move_v1(users, ids, '{}', p_from, 'cancelled', 'order.cancelled', '{"reason": "erased"}', p_traceparent);
  END IF;
  UPDATE orders.orders o SET shipping_address = NULL, metadata = '{}'
    FROM (SELECT DISTINCT of FROM unnest(p_users) of LIMIT cardinality(p_users)) k
   WHERE o.user_id = k.of AND (o.shipping_address IS NOT NULL OR o.metadata <> '{}');
END $$;
