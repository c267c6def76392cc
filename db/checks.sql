-- What Headroom promises of its data, as SQL over the views of the schema `checks`. Anybody can run it, at any time:
--
--     psql -q "$DATABASE_URL" -f db/checks.sql
--
-- One row for each promise: its name, its phase and how many things break it. 0 everywhere is a sound shop.
--   always   holds in every snapshot, also under load: what is promised commits together.
--   at rest  holds once events have had their effects, some seconds after the load: before that, a number that falls is
--            work under way.
-- All is read in one snapshot, of the primary or of a standby. It takes a database that holds all services: where each
-- has its own there is no common snapshot, and what spans two services can only be compared at rest.

BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
-- The application's role is bounded to statements of 5 s by index, which suits its requests; this reads everything.
-- Of a transaction that has begun, its time can only be switched off, not made longer.
SET LOCAL statement_timeout = '10min';
SET LOCAL transaction_timeout = 0;
SET LOCAL enable_seqscan = on;

WITH held AS (SELECT sku, sum(quantity) AS units FROM checks.reservations WHERE state = 'held' GROUP BY sku),
moved AS (SELECT sku, sum(delta) AS units FROM checks.movements GROUP BY sku),
taken AS (
  SELECT order_id, sku, -sum(delta) AS units FROM checks.movements WHERE order_id IS NOT NULL GROUP BY order_id, sku),
entry AS (SELECT entry_id, currency, sum(amount) AS amount FROM checks.ledger GROUP BY entry_id, currency),
booked AS (SELECT payment_id, sum(amount) AS amount FROM checks.ledger WHERE account = 'provider' GROUP BY payment_id)

-- More promised than there is: the oversold unit.
SELECT 'no stock is oversold' AS name, 'always' AS phase, count(*)::int AS violations
  FROM checks.stock WHERE reserved < 0 OR reserved > on_hand

-- The counter that buyers hammer against the reservations it stands for. A coupon counts like a SKU.
UNION ALL SELECT 'reserved is the sum of held reservations', 'always', count(*)::int
  FROM checks.stock FULL JOIN held USING (sku) WHERE coalesce(reserved, -1) <> coalesce(units, 0)

-- What came in less what was sold: a lost or doubled change of the shelf.
UNION ALL SELECT 'on hand is the sum of movements', 'always', count(*)::int
  FROM checks.stock FULL JOIN moved USING (sku) WHERE coalesce(on_hand, -1) <> coalesce(moved.units, 0)

-- An order that is paid twice over by its stock: an event that had its effect again.
UNION ALL SELECT 'no order takes its units twice', 'always', count(*)::int
  FROM taken LEFT JOIN checks.reservations r USING (order_id, sku) WHERE taken.units NOT BETWEEN 0 AND coalesce(r.quantity, 0)

-- A crash between reserving and writing the order leaves such a hold, and the sweep ends it: after the grace (120 s unless
-- RESERVATION_GRACE_SECONDS says otherwise) and two rounds of the sweep.
UNION ALL SELECT 'no stock is held for long without an order', 'always', count(*)::int
  FROM checks.reservations r
 WHERE state = 'held' AND reserved_at < now() - interval '240 seconds'
   AND NOT EXISTS (SELECT FROM checks.orders o WHERE o.id = r.order_id)

-- Double entry: no entry makes money or loses it ...
UNION ALL SELECT 'every ledger entry sums to zero', 'always', count(*)::int FROM entry WHERE amount <> 0

-- ... and no two entries in two currencies make up for each other.
UNION ALL SELECT 'the ledger sums to zero in each currency', 'always', count(*)::int
  FROM (SELECT FROM entry GROUP BY currency HAVING sum(amount) <> 0) unbalanced

-- The books against the payments that they are about: a capture booked twice, or never.
UNION ALL SELECT 'the ledger holds what each payment moved', 'always', count(*)::int
  FROM checks.payments p FULL JOIN booked ON booked.payment_id = p.id
 WHERE coalesce(booked.amount, 0) <> CASE WHEN p.status IN ('captured', 'refunded') THEN p.amount - p.refunded ELSE 0 END

-- Money taken twice for one order.
UNION ALL SELECT 'no order is captured twice', 'always', count(*)::int
  FROM (SELECT FROM checks.payments WHERE status = 'captured' GROUP BY user_id, order_id HAVING count(*) > 1) twice

-- However many refunds run at once: what went back, and what is on its way.
UNION ALL SELECT 'no payment gives back more than it took', 'always', count(*)::int
  FROM checks.payments p
  LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM checks.refunds
              WHERE status <> 'failed' AND reason <> 'second-charge' GROUP BY payment_id) r ON r.payment_id = p.id
 WHERE coalesce(r.amount, 0) NOT BETWEEN p.refunded AND p.amount

-- The inbox is what makes deliveries that come again harmless.
UNION ALL SELECT 'no consumer handled an event twice', 'always', count(*)::int
  FROM (SELECT FROM checks.inbox GROUP BY consumer, event_id HAVING count(*) > 1) twice;

-- The life of an order, and what becomes of its reservation in each status.
WITH due(status, state) AS (VALUES
  ('pending', 'held'), ('paid', 'committed'), ('shipped', 'committed'), ('delivered', 'committed'), ('refunded', 'committed'),
  ('cancelled', 'released'), ('expired', 'released')),
arrow(before, after) AS (VALUES
  (NULL, 'pending'), ('pending', 'paid'), ('pending', 'cancelled'), ('pending', 'expired'), ('paid', 'shipped'),
  ('paid', 'cancelled'), ('paid', 'refunded'), ('shipped', 'delivered'), ('shipped', 'refunded'), ('delivered', 'refunded')),
-- Who hears of what, as src/subscriptions.ts has it. Of a shop that is older than one of its consumers, the events of the
-- time before count here until they are replayed to it.
heard(type, consumer) AS (VALUES
  ('user.registered', 'notifications.contact'), ('user.registered', 'notifications.welcome'),
  ('user.registered', 'notifications.welcome-mail'), ('user.updated', 'notifications.contact'),
  ('user.verification-requested', 'notifications.verification-mail'), ('user.reset-requested', 'notifications.reset-mail'),
  ('user.erased', 'orders.erase'), ('user.erased', 'payments.erase'), ('user.erased', 'notifications.erase'),
  ('user.erased', 'analytics.erase'),
  ('user.registered', 'analytics.region'), ('user.registered', 'analytics.new-users'), ('user.updated', 'analytics.region'),
  ('product.changed', 'orders.prices'), ('product.changed', 'catalog.caches'),
  ('product.withdrawn', 'orders.prices'), ('product.withdrawn', 'catalog.caches'),
  ('product.changed', 'analytics.names'), ('product.withdrawn', 'analytics.names'), ('order.placed', 'analytics.placed'),
  ('stock.changed', 'catalog.availability'), ('stock.depleted', 'catalog.availability'),
  ('payment.captured', 'orders.pay'), ('payment.refunded', 'orders.refund'),
  ('order.shipped', 'notifications.shipped'), ('order.shipped', 'notifications.shipped-mail'),
  ('order.delivered', 'notifications.delivered'), ('order.refunded', 'inventory.restock'),
  ('order.refunded', 'notifications.refunded'), ('order.refunded', 'notifications.refund-mail'),
  ('order.refunded', 'analytics.refunds'),
  ('order.paid', 'inventory.commit'), ('order.paid', 'notifications.receipt'), ('order.paid', 'notifications.receipt-mail'),
  ('order.paid', 'analytics.sales'),
  ('order.cancelled', 'inventory.release'), ('order.cancelled', 'payments.refund'), ('order.cancelled', 'notifications.order-ended'),
  ('order.expired', 'inventory.release'), ('order.expired', 'payments.refund'), ('order.expired', 'notifications.order-ended'),
  ('audit.recorded', 'identity.audit-log')),
fate AS (
  -- What came back by a refund had been sold.
  SELECT order_id, CASE WHEN r.state = 'returned' THEN 'committed' ELSE r.state END AS state,
         CASE WHEN o.status IS NOT NULL THEN coalesce(due.state, 'unknown status') END AS due
    FROM checks.reservations r FULL JOIN (SELECT id AS order_id, status FROM checks.orders) o USING (order_id)
    LEFT JOIN due ON due.status = o.status),
lines AS (
  SELECT l.user_id, l.order_id, sum(l.quantity * l.unit_price) AS subtotal, bool_and(coalesce(r.quantity = l.quantity, false)) AS reserved
    FROM checks.order_lines l LEFT JOIN checks.reservations r USING (order_id, sku) GROUP BY l.user_id, l.order_id),
step AS (
  SELECT user_id, order_id, status, at, lag(status) OVER life AS before, lead(status) OVER life IS NULL AS is_last
    FROM checks.order_history WINDOW life AS (PARTITION BY user_id, order_id ORDER BY nth)),
captured AS (
  SELECT user_id, order_id, sum(amount) AS amount FROM checks.payments WHERE status = 'captured' GROUP BY user_id, order_id),
given_back AS (SELECT user_id, order_id, sum(refunded) AS amount FROM checks.payments GROUP BY user_id, order_id),
settled AS (
  SELECT user_id, id AS order_id, total FROM checks.orders WHERE status IN ('paid', 'shipped', 'delivered') AND total > 0),
answer AS (
  SELECT consumer, event_id FROM checks.inbox UNION ALL SELECT consumer, event_id FROM checks.dead)

-- Every order has its stock, and all stock its order: neither survives the other.
SELECT 'a reservation is held exactly while its order is pending' AS name, 'at rest' AS phase, count(*)::int AS violations
  FROM fate WHERE (state IS NOT DISTINCT FROM 'held') <> (due IS NOT DISTINCT FROM 'held')

UNION ALL SELECT 'a reservation is committed exactly when its order was paid', 'at rest', count(*)::int
  FROM fate WHERE (state IS NOT DISTINCT FROM 'committed') <> (due IS NOT DISTINCT FROM 'committed')

UNION ALL SELECT 'a reservation is released exactly when its order was cancelled or expired', 'at rest', count(*)::int
  FROM fate WHERE (state IS NOT DISTINCT FROM 'released') <> (due IS NOT DISTINCT FROM 'released')

UNION ALL SELECT 'every order has lines, each reserved in its quantity', 'at rest', count(*)::int
  FROM checks.orders o LEFT JOIN lines l ON l.user_id = o.user_id AND l.order_id = o.id WHERE l.reserved IS NOT TRUE

UNION ALL SELECT 'every order costs what its lines say', 'at rest', count(*)::int
  FROM checks.orders o JOIN lines l ON l.user_id = o.user_id AND l.order_id = o.id
 WHERE o.subtotal <> l.subtotal OR o.total <> o.subtotal - o.discount + o.shipping + o.tax

-- Both ways: a paid order that nobody paid for, and money kept for an order that is not paid.
UNION ALL SELECT 'what is captured is what paid orders cost', 'at rest', count(*)::int
  FROM settled FULL JOIN captured USING (user_id, order_id) WHERE settled.total IS DISTINCT FROM captured.amount

UNION ALL SELECT 'an order says of its refunds what its payment says', 'at rest', count(*)::int
  FROM checks.order_refunds o LEFT JOIN given_back g ON g.user_id = o.user_id AND g.order_id = o.order_id
 WHERE o.refunded <> coalesce(g.amount, 0)

-- By a full refund that is no cancellation.
UNION ALL SELECT 'an order is refunded exactly when all of its payment went back and it had not ended', 'at rest', count(*)::int
  FROM checks.orders o LEFT JOIN given_back g ON g.user_id = o.user_id AND g.order_id = o.id
 WHERE (o.status = 'refunded') <> (o.status NOT IN ('cancelled', 'expired') AND o.total > 0 AND coalesce(g.amount, 0) = o.total)

-- A buyer has the time that the order's answer promised.
UNION ALL SELECT 'no order expired before its time', 'at rest', count(*)::int
  FROM step JOIN checks.orders o ON o.user_id = step.user_id AND o.id = step.order_id
 WHERE step.status = 'expired' AND step.at < o.expires_at

UNION ALL SELECT 'every history follows the arrows of an order''s life', 'at rest', count(*)::int
  FROM step WHERE NOT EXISTS (
    SELECT FROM arrow WHERE arrow.before IS NOT DISTINCT FROM step.before AND arrow.after = step.status)

UNION ALL SELECT 'every history ends in its order''s status', 'at rest', count(*)::int
  FROM checks.orders o LEFT JOIN step ON step.user_id = o.user_id AND step.order_id = o.id AND step.is_last
 WHERE step.status IS DISTINCT FROM o.status

-- Nobody missed anything: one row in the inbox or, where the queue gave up, one among the dead.
UNION ALL SELECT 'every consumer handled every event once, or it is dead', 'at rest', count(*)::int
  FROM (SELECT FROM checks.outbox o JOIN heard USING (type) LEFT JOIN answer a USING (consumer, event_id)
         GROUP BY consumer, event_id HAVING count(a.event_id) <> 1) missed;

COMMIT;
