CREATE INDEX "orders_by_status" ON "orders"."orders" USING btree ("status","created_at","id");
--> statement-breakpoint
-- Moves one order on its way to the buyer, with its event; what is said of it (`p_said`: carrier, tracking number) stands
-- in the history's step. True where it moved.
CREATE FUNCTION orders.fulfil_v1(
  p_user uuid, p_order uuid, p_from text[], p_to text, p_event text, p_said jsonb, p_traceparent text
) RETURNS boolean LANGUAGE sql AS $$
  WITH moved AS (
    UPDATE orders.orders
       SET status = p_to, version = version + 1, updated_at = now(),
           history = history || (jsonb_build_object('status', p_to, 'at', now()) || p_said)
     WHERE user_id = p_user AND id = p_order AND status = ANY (p_from)
    RETURNING user_id, id, version
  ), told AS (
    INSERT INTO events.outbox(type, key, version, data, traceparent)
    SELECT p_event, id, version, jsonb_build_object('userId', user_id) || p_said, p_traceparent FROM moved
  )
  SELECT EXISTS (SELECT FROM moved);
$$;
--> statement-breakpoint
-- Notes refunds at their orders, each with its event. An order in one of `p_from` whose whole total went back becomes
-- refunded; one that was cancelled or expired stays so. An order may still be pending, where its payment's capture is
-- heard of later: refund_paid_v1 then does the rest.
CREATE FUNCTION orders.refund_v1(p_refunds jsonb, p_from text[], p_traceparent text) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  users uuid[];
  ids uuid[];
  amounts bigint[];
  times int[];
BEGIN
  SELECT array_agg(user_id), array_agg(id), array_agg(amount), array_agg(of_it) INTO users, ids, amounts, times
    FROM (SELECT user_id, id, sum(amount)::bigint AS amount, count(*)::int AS of_it
            FROM jsonb_to_recordset(p_refunds) AS g(user_id uuid, id uuid, amount bigint) GROUP BY user_id, id) whole;
  PERFORM FROM orders.orders o
    JOIN (SELECT user_id, id FROM unnest(users, ids) k(user_id, id) LIMIT cardinality(ids)) k USING (user_id, id)
    ORDER BY o.id FOR NO KEY UPDATE OF o;
  WITH given AS (
    SELECT user_id, id, amount, restock, (row_number() OVER nth)::int AS nth, sum(amount) OVER nth AS upto
      FROM jsonb_to_recordset(p_refunds) AS g(user_id uuid, id uuid, refund text, amount bigint, restock boolean)
    WINDOW nth AS (PARTITION BY user_id, id ORDER BY refund ROWS UNBOUNDED PRECEDING)
  ), noted AS (
    UPDATE orders.orders o
       SET refunded = least(o.refunded + w.amount, o.total), version = o.version + w.times, updated_at = now(),
           status = CASE WHEN o.status = ANY (p_from) AND o.refunded + w.amount >= o.total THEN 'refunded' ELSE o.status END,
           history = CASE WHEN o.status = ANY (p_from) AND o.refunded + w.amount >= o.total
                          THEN o.history || jsonb_build_object('status', 'refunded', 'at', now()) ELSE o.history END
      FROM (SELECT user_id, id, amount, times
              FROM unnest(users, ids, amounts, times) w(user_id, id, amount, times) LIMIT cardinality(ids)) w
     WHERE o.user_id = w.user_id AND o.id = w.id
    RETURNING new.user_id, new.id, new.status, new.lines, new.history, new.total, new.currency,
              old.refunded AS before, old.version
  )
  INSERT INTO events.outbox(type, key, version, data, traceparent)
  SELECT 'order.refunded', n.id, n.version + g.nth,
         jsonb_build_object('userId', n.user_id, 'lines', n.lines, 'full', n.before + g.upto >= n.total,
                            'amount', jsonb_build_object('amount', g.amount, 'currency', n.currency),
                            'restock', g.restock AND n.status NOT IN ('cancelled', 'expired'),
                            'wasPaid', n.status NOT IN ('cancelled', 'expired') OR n.history @> '[{"status": "paid"}]'),
         p_traceparent
    FROM noted n JOIN given g USING (user_id, id);
END $$;
--> statement-breakpoint
-- Orders of which the whole total had gone back before they were heard to be paid.
CREATE FUNCTION orders.refund_paid_v1(p_user uuid[], p_order uuid[], p_from text[]) RETURNS void LANGUAGE sql AS $$
  UPDATE orders.orders o
     SET status = 'refunded', updated_at = now(),
         history = o.history || jsonb_build_object('status', 'refunded', 'at', now())
    FROM (SELECT user_id, id FROM unnest(p_user, p_order) k(user_id, id) LIMIT cardinality(p_order)) k
   WHERE o.user_id = k.user_id AND o.id = k.id AND o.status = ANY (p_from) AND o.total > 0 AND o.refunded >= o.total;
$$;
--> statement-breakpoint
-- What an outsider needs in order to tell whether orders and payments agree on what went back.
CREATE VIEW checks.order_refunds AS SELECT user_id, id AS order_id, refunded FROM orders.orders;
