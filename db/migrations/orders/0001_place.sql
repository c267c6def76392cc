-- Writes what was decided, for many orders of many users: order, lines and event in one statement. An order that is
-- there already stays as it is ('exists'). The only refusal is 'too-late': a reservation older than half its grace might
-- be swept before this commits. Orders of one batch are written in id order, so that two batches cannot deadlock.
CREATE FUNCTION orders.place_v1(p_orders jsonb, p_life interval, p_half_grace interval)
RETURNS TABLE(id uuid, outcome text, created_at timestamptz, expires_at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  fresh uuid[];
BEGIN
  WITH given AS (
    SELECT * FROM jsonb_to_recordset(p_orders) AS g(
      id uuid, user_id uuid, body_hash text, lines jsonb, subtotal bigint, shipping bigint, total bigint, currency text,
      shipping_address jsonb, metadata jsonb, reserved_at timestamptz, traceparent text)
  ), made AS (
    INSERT INTO orders.orders(user_id, id, status, body_hash, lines, subtotal, shipping, total, currency,
                              shipping_address, metadata, version, history, expires_at)
    SELECT user_id, id, CASE WHEN total = 0 THEN 'paid' ELSE 'pending' END, body_hash, lines, subtotal, shipping, total, currency,
           shipping_address, metadata, CASE WHEN total = 0 THEN 2 ELSE 1 END,
           CASE WHEN total = 0
                THEN jsonb_build_array(jsonb_build_object('status', 'pending', 'at', now()), jsonb_build_object('status', 'paid', 'at', now()))
                ELSE jsonb_build_array(jsonb_build_object('status', 'pending', 'at', now())) END,
           now() + p_life
      FROM given WHERE reserved_at > now() - p_half_grace
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
           CASE WHEN g.id = ANY (fresh) THEN 'placed' WHEN o.id IS NOT NULL THEN 'exists' ELSE 'too-late' END,
           o.created_at, o.expires_at
      FROM jsonb_to_recordset(p_orders) AS g(id uuid, user_id uuid)
      LEFT JOIN LATERAL (
        SELECT id, created_at, expires_at FROM orders.orders WHERE user_id = g.user_id AND id = g.id LIMIT 1) o ON true;
END $$;
--> statement-breakpoint
-- Moves orders from one of `p_from` to `p_to`, each with its event. Orders in another state, or already moved, stay as
-- they are. `p_event` names the event; its data are the order's with `p_more` added. By the LIMIT the planner expects few
-- orders and looks each up in its one partition, whatever it knows of the table.
CREATE FUNCTION orders.move_v1(
  p_user uuid[], p_order uuid[], p_payment uuid[], p_from text[], p_to text, p_event text, p_more jsonb, p_traceparent text
) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM FROM orders.orders o
    JOIN (SELECT user_id, id FROM unnest(p_user, p_order) k(user_id, id) LIMIT cardinality(p_order)) k USING (user_id, id)
    ORDER BY o.id FOR NO KEY UPDATE OF o;
  RETURN QUERY
  WITH moved AS (
    UPDATE orders.orders o
       SET status = p_to, version = o.version + 1, updated_at = now(), payment_id = coalesce(k.payment_id, o.payment_id),
           history = o.history || jsonb_build_object('status', p_to, 'at', now())
      FROM (SELECT user_id, id, payment_id
              FROM unnest(p_user, p_order, p_payment) k(user_id, id, payment_id) LIMIT cardinality(p_order)) k
     WHERE o.user_id = k.user_id AND o.id = k.id AND o.status = ANY (p_from)
    RETURNING o.user_id, o.id, o.version, o.lines, o.total, o.currency, o.payment_id
  ), told AS (
    INSERT INTO events.outbox(type, key, version, data, traceparent)
    SELECT p_event, id, version,
           jsonb_build_object('userId', user_id, 'lines', lines, 'paymentId', payment_id,
                              'total', jsonb_build_object('amount', total, 'currency', currency)) || p_more,
           p_traceparent
      FROM moved
  )
  SELECT id FROM moved;
END $$;
--> statement-breakpoint
-- A capture came for orders that had ended: their end is told again, so that payments refunds the money it took since.
CREATE FUNCTION orders.tell_end_again_v1(p_user uuid[], p_order uuid[], p_traceparent text) RETURNS void LANGUAGE sql AS
$$
  WITH again AS (
    UPDATE orders.orders o SET version = o.version + 1
      FROM (SELECT user_id, id FROM unnest(p_user, p_order) k(user_id, id) LIMIT cardinality(p_order)) k
     WHERE o.user_id = k.user_id AND o.id = k.id AND o.status IN ('cancelled', 'expired')
    RETURNING o.user_id, o.id, o.version, o.lines, o.status
  )
  INSERT INTO events.outbox(type, key, version, data, traceparent)
  SELECT 'order.' || status, id, version,
         jsonb_build_object('userId', user_id, 'lines', lines, 'reason', 'late-capture'), p_traceparent
    FROM again;
$$;
