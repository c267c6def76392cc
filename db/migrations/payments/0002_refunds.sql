DROP INDEX "payments"."payments_one_an_order";
--> statement-breakpoint
ALTER TABLE "payments"."refunds" ADD COLUMN "restock" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
ALTER TABLE "payments"."refunds" ADD COLUMN "body_hash" text;
--> statement-breakpoint
CREATE UNIQUE INDEX "payments_one_kept_an_order" ON "payments"."payments" USING btree ("user_id","order_id") WHERE status in ('processing', 'captured', 'refunded');
--> statement-breakpoint
-- As settle_v1; an order whose other payment was refunded has been paid once too, and keeps no second capture.
CREATE FUNCTION payments.settle_v2(p_outcomes jsonb, p_arrows jsonb)
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
                   WHERE o.user_id = p.user_id AND o.order_id = p.order_id AND o.status IN ('processing', 'captured', 'refunded')
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
-- Begins a refund of one payment by laying claim to what is left of it: `p_amount`, or all where that is null. Verdicts:
-- begun; there and other-body, where that refund had begun before; payment-state, where nothing was captured; exceeds.
-- `refundable` is what was left before it. However many run at once, the payment's row lets one after the other through.
CREATE FUNCTION payments.begin_refund_v1(
  p_user uuid, p_payment uuid, p_refund uuid, p_amount bigint, p_restock boolean, p_reason text, p_body_hash text
) RETURNS TABLE(verdict text, refundable bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  payment payments.payments;
  known payments.refunds;
  rest bigint;
BEGIN
  SELECT * INTO payment FROM payments.payments WHERE user_id = p_user AND id = p_payment FOR NO KEY UPDATE;
  rest := payment.amount - payment.refunded - payment.refunding;
  SELECT * INTO known FROM payments.refunds WHERE user_id = p_user AND id = p_refund;
  IF FOUND THEN
    RETURN QUERY SELECT CASE WHEN known.body_hash = p_body_hash THEN 'there' ELSE 'other-body' END, rest;
  ELSIF payment.status NOT IN ('captured', 'refunded') THEN
    RETURN QUERY SELECT 'payment-state', 0::bigint;
  ELSIF rest = 0 OR p_amount > rest THEN
    RETURN QUERY SELECT 'exceeds', rest;
  ELSE
    UPDATE payments.payments SET refunding = refunding + coalesce(p_amount, rest), updated_at = now()
     WHERE user_id = p_user AND id = p_payment;
    INSERT INTO payments.refunds(user_id, id, payment_id, amount, currency, reason, restock, body_hash)
    VALUES (p_user, p_refund, p_payment, coalesce(p_amount, rest), payment.currency, p_reason, p_restock, p_body_hash);
    RETURN QUERY SELECT 'begun', rest;
  END IF;
END $$;
--> statement-breakpoint
-- As settle_refund_v1; the event names the refund and says whether the units come back.
CREATE FUNCTION payments.settle_refund_v2(p_user uuid, p_refund uuid, p_status text, p_traceparent text) RETURNS boolean
LANGUAGE sql AS $$
  WITH ended AS (
    UPDATE payments.refunds SET status = p_status, updated_at = now()
     WHERE user_id = p_user AND id = p_refund AND status = 'processing'
    RETURNING user_id, id, payment_id, status, amount, restock
  ), payment AS (
    UPDATE payments.payments p
       SET refunding = p.refunding - e.amount, updated_at = now(),
           refunded = p.refunded + CASE WHEN e.status = 'succeeded' THEN e.amount ELSE 0 END,
           status = CASE WHEN e.status = 'succeeded' AND p.refunded + e.amount = p.amount THEN 'refunded' ELSE p.status END,
           version = p.version + (e.status = 'succeeded')::int
      FROM ended e WHERE p.user_id = e.user_id AND p.id = e.payment_id AND p.status = 'captured'
    RETURNING p.user_id, p.id, p.order_id, p.version, e.id AS refund_id, e.restock, e.status, e.amount, p.currency,
              uuidv7() AS entry_id
  ), booked AS (
    INSERT INTO payments.ledger(user_id, entry_id, account, amount, currency, payment_id)
    SELECT p.user_id, p.entry_id, l.account, l.amount, p.currency, p.id
      FROM payment p CROSS JOIN LATERAL payments.legs('sales', 'provider', p.amount) l WHERE p.status = 'succeeded'
  ), told AS (
    INSERT INTO events.outbox(type, key, version, data, traceparent)
    SELECT 'payment.refunded', id, version,
           jsonb_build_object('orderId', order_id, 'userId', user_id, 'refundId', refund_id, 'restock', restock,
                              'amount', jsonb_build_object('amount', amount, 'currency', currency)),
           p_traceparent
      FROM payment WHERE status = 'succeeded'
  )
  SELECT EXISTS (SELECT FROM ended);
$$;
--> statement-breakpoint
-- What an outsider needs in order to tell whether refunds add up to what payments say.
CREATE VIEW checks.refunds AS SELECT user_id, id, payment_id, amount, currency, status, reason, restock FROM payments.refunds;
