ALTER TABLE "inventory"."reservations" DROP CONSTRAINT "reservation_state";
--> statement-breakpoint
ALTER TABLE "inventory"."reservations" ADD CONSTRAINT "reservation_state" CHECK (state in ('held', 'committed', 'released', 'returned'));
--> statement-breakpoint
-- The sold units of orders come back to the shelf, once: committed -> returned. `p_returns` names each order and its SKUs;
-- whatever else is reserved with them, as a coupon's use, stays taken until the order is cancelled.
CREATE FUNCTION inventory.restock_v1(p_returns jsonb) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  ids CONSTANT uuid[] := ARRAY(SELECT DISTINCT (r ->> 'orderId')::uuid FROM jsonb_array_elements(p_returns) r);
  returned uuid[];
BEGIN
  PERFORM FROM inventory.reservations WHERE order_id = ANY (ids) ORDER BY order_id FOR NO KEY UPDATE;
  SELECT array_agg(order_id) INTO returned FROM inventory.reservations WHERE order_id = ANY (ids) AND state = 'committed';
  IF returned IS NULL THEN RETURN; END IF;
  PERFORM FROM inventory.stock
    WHERE sku = ANY (ARRAY(SELECT unnest(skus) FROM inventory.reservations WHERE order_id = ANY (returned)))
    ORDER BY sku FOR NO KEY UPDATE;
  WITH line AS (
    SELECT r.order_id, l.sku, l.quantity
      FROM inventory.reservations r CROSS JOIN LATERAL unnest(r.skus, r.quantities) l(sku, quantity)
     WHERE r.order_id = ANY (returned)
       AND EXISTS (SELECT FROM jsonb_array_elements(p_returns) g
                    WHERE (g ->> 'orderId')::uuid = r.order_id AND (g -> 'skus') ? l.sku)
  ), moved AS (
    INSERT INTO inventory.movements(sku, delta, reason, order_id) SELECT sku, quantity, 'returned', order_id FROM line
  ), changed AS (
    UPDATE inventory.stock s
       SET on_hand = s.on_hand + t.quantity, updated_at = now(),
           version = s.version + inventory.turned(s.on_hand - s.reserved, s.on_hand - s.reserved + t.quantity)::int
      FROM (SELECT sku, sum(quantity)::int AS quantity FROM line GROUP BY sku) t
     WHERE s.sku = t.sku AND s.sku = ANY (ARRAY(SELECT sku FROM line)) -- by the index, also where it would join the whole table
    RETURNING new.sku, new.version, new.version > old.version AS turned
  )
  INSERT INTO events.outbox(type, key, version, data)
  SELECT 'stock.changed', sku, version, jsonb_build_object('sku', sku, 'available', true) FROM changed WHERE turned;
  UPDATE inventory.reservations SET state = 'returned' WHERE order_id = ANY (returned);
END $$;
--> statement-breakpoint
-- As end_v2, and returned -> released: an order whose units had come back is cancelled, and what else was reserved with
-- them comes back too.
CREATE FUNCTION inventory.end_v3(p_order uuid[], p_state text, p_forget boolean) RETURNS int LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  ended uuid[];
BEGIN
  PERFORM FROM inventory.reservations WHERE order_id = ANY (p_order) ORDER BY order_id FOR NO KEY UPDATE;
  SELECT array_agg(order_id) INTO ended FROM inventory.reservations
   WHERE order_id = ANY (p_order) AND (state = 'held' OR (state IN ('committed', 'returned') AND p_state = 'released' AND NOT p_forget));
  IF ended IS NULL THEN RETURN 0; END IF;
  PERFORM FROM inventory.stock
    WHERE sku = ANY (ARRAY(SELECT unnest(skus) FROM inventory.reservations WHERE order_id = ANY (ended)))
    ORDER BY sku FOR NO KEY UPDATE;
  WITH line AS (
    SELECT r.order_id, l.sku, l.quantity,
           CASE WHEN r.state = 'held' THEN l.quantity ELSE 0 END AS unreserved,
           CASE WHEN p_state = 'committed' THEN -l.quantity WHEN r.state <> 'held' THEN l.quantity ELSE 0 END AS delta
      FROM inventory.reservations r CROSS JOIN LATERAL unnest(r.skus, r.quantities) l(sku, quantity)
     WHERE r.order_id = ANY (ended)
       AND (r.state <> 'returned' OR (SELECT allotted FROM inventory.stock WHERE sku = l.sku LIMIT 1) IS NOT NULL)
  ), moved AS (
    INSERT INTO inventory.movements(sku, delta, reason, order_id)
    SELECT sku, delta, CASE WHEN delta < 0 THEN 'sold' ELSE 'cancelled' END, order_id FROM line WHERE delta <> 0
  ), changed AS (
    UPDATE inventory.stock s
       SET on_hand = s.on_hand + t.delta, reserved = s.reserved - t.unreserved, updated_at = now(),
           version = s.version + (s.allotted IS NULL AND
                 inventory.turned(s.on_hand - s.reserved, s.on_hand - s.reserved + t.delta + t.unreserved))::int
      FROM (SELECT sku, sum(delta)::int AS delta, sum(unreserved)::int AS unreserved FROM line GROUP BY sku) t
     WHERE s.sku = t.sku AND s.sku = ANY (ARRAY(SELECT sku FROM line)) -- by the index, also where it would join the whole table
    RETURNING new.sku, new.version, new.version > old.version AS turned, new.on_hand - new.reserved > 0 AS available
  )
  INSERT INTO events.outbox(type, key, version, data)
  SELECT 'stock.changed', sku, version, jsonb_build_object('sku', sku, 'available', available) FROM changed WHERE turned;
  IF p_forget THEN
    DELETE FROM inventory.reservations WHERE order_id = ANY (ended);
  ELSE
    UPDATE inventory.reservations SET state = p_state WHERE order_id = ANY (ended);
  END IF;
  RETURN cardinality(ended);
END $$;
