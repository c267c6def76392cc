-- The two legs of every ledger entry: they sum to zero because there is no other way to write one.
CREATE FUNCTION payments.legs(p_debit text, p_credit text, p_amount bigint) RETURNS TABLE(account text, amount bigint)
LANGUAGE sql IMMUTABLE AS $$ SELECT p_debit, p_amount UNION ALL SELECT p_credit, -p_amount $$;
--> statement-breakpoint
-- Moves payments as their provider says, each with its ledger entry and its event. `p_arrows` is the life cycle, status
-- -> where it may go; an outcome that fits no arrow changes nothing, so that it may come twice and late. Verdicts: moved,
-- unchanged, amount-differs, second-charge (the money of a failed payment moved after all while another payment has the
-- order: it goes back at once). Throws 23505 where that other payment began at this moment: ask again.
CREATE FUNCTION payments.settle_v1(p_outcomes jsonb, p_arrows jsonb)
RETURNS TABLE(id uuid, verdict text, status text, failure_code text, refunded bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  -- Looked up by the index; a join alone would read the whole table while it is small.
  ids CONSTANT uuid[] := ARRAY(SELECT (o ->> 'id')::uuid FROM jsonb_array_elements(p_outcomes) o);
BEGIN
  PERFORM FROM payments.payments p JOIN jsonb_to_recordset(p_outcomes) AS g(user_id uuid, id uuid) USING (user_id, id)
    WHERE p.id = ANY (ids) ORDER BY p.id FOR NO KEY UPDATE OF p;
  RETURN QUERY
  WITH given AS (
    -- Where both came at once, 'captured' sorts before 'failed': money that moved counts.
    SELECT DISTINCT ON (user_id, id) *
      FROM jsonb_to_recordset(p_outcomes) AS g(
        user_id uuid, id uuid, status text, amount bigint, currency text, reference text, failure_code text, traceparent text)
     ORDER BY user_id, id, status
  ), judged AS (
    SELECT g.*, p.status AS old_status, p.failure_code AS old_failure_code, p.refunded,
           CASE WHEN p.amount <> g.amount OR p.currency <> g.currency THEN 'amount-differs'
                WHEN NOT (p_arrows -> p.status) ? g.status THEN 'unchanged'
                WHEN p.status = 'failed' AND EXISTS (
                  SELECT FROM payments.payments o
                   WHERE o.user_id = p.user_id AND o.order_id = p.order_id AND o.status IN ('processing', 'captured')
                  UNION ALL
                  SELECT FROM payments.refunds r
                   WHERE r.user_id = p.user_id AND r.payment_id = p.id AND r.reason = 'second-charge') THEN 'second-charge'
                ELSE 'moved' END AS verdict
      FROM given g JOIN payments.payments p USING (user_id, id) WHERE p.id = ANY (ids)
  ), moved AS (
    UPDATE payments.payments p
       SET status = j.status, version = p.version + 1, updated_at = now(),
           reference = coalesce(j.reference, p.reference), failure_code = j.failure_code
      FROM judged j WHERE j.verdict = 'moved' AND p.user_id = j.user_id AND p.id = j.id
    RETURNING p.user_id, p.id, p.order_id, p.status, p.version, p.amount, p.currency, p.failure_code, j.traceparent,
              uuidv7() AS entry_id
  ), booked AS (
    INSERT INTO payments.ledger(user_id, entry_id, account, amount, currency, payment_id)
    SELECT m.user_id, m.entry_id, l.account, l.amount, m.currency, m.id
      FROM moved m CROSS JOIN LATERAL payments.legs('provider', 'sales', m.amount) l WHERE m.status = 'captured'
  ), told AS (
    INSERT INTO events.outbox(type, key, version, data, traceparent)
    SELECT 'payment.' || status, id, version,
           jsonb_strip_nulls(jsonb_build_object(
             'orderId', order_id, 'userId', user_id, 'failureCode', failure_code,
             'amount', jsonb_build_object('amount', amount, 'currency', currency))),
           traceparent
      FROM moved
  ), sent_back AS (
    INSERT INTO payments.refunds(user_id, payment_id, amount, currency, reason)
    SELECT user_id, id, amount, currency, 'second-charge' FROM judged WHERE verdict = 'second-charge'
    ON CONFLICT DO NOTHING
  )
  SELECT j.id, j.verdict, CASE WHEN j.verdict = 'moved' THEN j.status ELSE j.old_status END,
         CASE WHEN j.verdict = 'moved' THEN j.failure_code ELSE j.old_failure_code END, j.refunded
    FROM judged j;
END $$;
--> statement-breakpoint
-- Lays claim to all that is left of the captured payments of orders that ended: the refunds are then asked for. By the
-- LIMIT the planner expects few orders and looks each up, whatever it knows of the table.
CREATE FUNCTION payments.refund_ended_v1(p_user uuid[], p_order uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM payments.payments p
    JOIN (SELECT user_id, order_id FROM unnest(p_user, p_order) k(user_id, order_id) LIMIT cardinality(p_order)) k
   USING (user_id, order_id)
    WHERE p.status = 'captured' ORDER BY p.id FOR NO KEY UPDATE OF p;
  WITH claimed AS (
    UPDATE payments.payments p SET refunding = p.amount - p.refunded
      FROM (SELECT DISTINCT user_id, order_id FROM unnest(p_user, p_order) u(user_id, order_id) LIMIT cardinality(p_order)) k
     WHERE p.user_id = k.user_id AND p.order_id = k.order_id AND p.status = 'captured'
       AND p.refunded + p.refunding < p.amount
    RETURNING p.user_id, p.id, new.refunding - old.refunding AS amount, p.currency
  )
  INSERT INTO payments.refunds(user_id, payment_id, amount, currency, reason)
  SELECT user_id, id, amount, currency, 'order-ended' FROM claimed;
END $$;
--> statement-breakpoint
-- Ends a refund as the provider says, once: the payment's sums, the ledger entry and the event. True where it did. A
-- refund of a charge that was never booked (second-charge) books nothing either.
CREATE FUNCTION payments.settle_refund_v1(p_user uuid, p_refund uuid, p_status text, p_traceparent text) RETURNS boolean
LANGUAGE sql AS $$
  WITH ended AS (
    UPDATE payments.refunds SET status = p_status, updated_at = now()
     WHERE user_id = p_user AND id = p_refund AND status = 'processing'
    RETURNING user_id, payment_id, status, amount
  ), payment AS (
    UPDATE payments.payments p
       SET refunding = p.refunding - e.amount, updated_at = now(),
           refunded = p.refunded + CASE WHEN e.status = 'succeeded' THEN e.amount ELSE 0 END,
           status = CASE WHEN e.status = 'succeeded' AND p.refunded + e.amount = p.amount THEN 'refunded' ELSE p.status END,
           version = p.version + (e.status = 'succeeded')::int
      FROM ended e WHERE p.user_id = e.user_id AND p.id = e.payment_id AND p.status = 'captured'
    RETURNING p.user_id, p.id, p.order_id, p.version, e.status, e.amount, p.currency, uuidv7() AS entry_id
  ), booked AS (
    INSERT INTO payments.ledger(user_id, entry_id, account, amount, currency, payment_id)
    SELECT p.user_id, p.entry_id, l.account, l.amount, p.currency, p.id
      FROM payment p CROSS JOIN LATERAL payments.legs('sales', 'provider', p.amount) l WHERE p.status = 'succeeded'
  ), told AS (
    INSERT INTO events.outbox(type, key, version, data, traceparent)
    SELECT 'payment.refunded', id, version,
           jsonb_build_object('orderId', order_id, 'userId', user_id,
                              'amount', jsonb_build_object('amount', amount, 'currency', currency)),
           p_traceparent
      FROM payment WHERE status = 'succeeded'
  )
  SELECT EXISTS (SELECT FROM ended);
$$;
