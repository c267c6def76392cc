ALTER TABLE "inventory"."stock" ADD COLUMN "allotted" integer;--> statement-breakpoint
CREATE INDEX "stock_goods" ON "inventory"."stock" USING btree ("sku") WHERE allotted is null;
--> statement-breakpoint
-- Brings to `p_allotted` what there is of each SKU in all, taken or not: so many uses a coupon has. What is taken stays
-- taken: of a SKU of which more is, none is free, and each call looks again. Mostly nothing is to be done, and no row is
-- locked. Where there is, stock rows are locked ahead of reservations: a copy of one order on another instance may then
-- deadlock, and the whole is repeated.
CREATE FUNCTION inventory.allot_v1(p_sku text[], p_allotted int[]) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  IF EXISTS (
    SELECT FROM unnest(p_sku, p_allotted) g(sku, allotted)
      LEFT JOIN LATERAL (SELECT allotted FROM inventory.stock WHERE sku = g.sku LIMIT 1) s ON true
     WHERE s.allotted IS DISTINCT FROM g.allotted)
  THEN
    INSERT INTO inventory.stock(sku, on_hand, allotted)
    SELECT DISTINCT sku, 0, 0 FROM unnest(p_sku) g(sku) ORDER BY sku ON CONFLICT DO NOTHING;
    PERFORM FROM inventory.stock WHERE sku = ANY (p_sku) ORDER BY sku FOR NO KEY UPDATE;
    WITH wanted AS (
      SELECT s.sku, greatest(s.reserved, s.on_hand + g.allotted - s.allotted) - s.on_hand AS delta
        FROM (SELECT sku, min(allotted) AS allotted FROM unnest(p_sku, p_allotted) g(sku, allotted) GROUP BY sku) g
       CROSS JOIN LATERAL (SELECT sku, on_hand, reserved, allotted FROM inventory.stock WHERE sku = g.sku LIMIT 1) s
    ), changed AS (
      UPDATE inventory.stock s SET on_hand = s.on_hand + w.delta, allotted = s.allotted + w.delta, updated_at = now()
        FROM wanted w WHERE s.sku = w.sku AND s.sku = ANY (p_sku) AND w.delta <> 0
      RETURNING s.sku, w.delta
    )
    INSERT INTO inventory.movements(sku, delta, reason) SELECT sku, delta, 'allotted' FROM changed;
  END IF;
END $$;
--> statement-breakpoint
-- As reserve_v1, with allotted SKUs, of which nobody is told. Holds stock for many orders in one call, each all or
-- nothing. Lock order everywhere: reservations by id, then stock by SKU. Three plain statements, since each needs a snapshot of its own: one statement for lock and update would evaluate
-- the CHECK on the stale row. Where the sum does not fit, the CHECK refuses the whole call (23514) and the caller halves.
-- `short` names the SKUs that lack units, for orders refused; null where they came back meanwhile: then ask again.
CREATE FUNCTION inventory.reserve_v2(
  p_order uuid[], p_user uuid[], p_hash text[], p_line_order uuid[], p_sku text[], p_quantity int[],
  p_allotted_sku text[], p_allotted int[], p_life interval, p_async boolean
) RETURNS TABLE(order_id uuid, outcome text, reserved_at timestamptz, short json) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  fresh uuid[];
BEGIN
  IF p_async THEN PERFORM set_config('synchronous_commit', 'off', true); END IF;
  IF cardinality(p_allotted_sku) > 0 THEN PERFORM inventory.allot_v1(p_allotted_sku, p_allotted); END IF;
  -- 1. A reservation for each order that could fit. A second try of the same order waits here and then sees the first.
  WITH line AS (
    SELECT l.o, array_agg(l.sku ORDER BY l.sku) AS skus, array_agg(l.quantity ORDER BY l.sku) AS quantities
      FROM unnest(p_line_order, p_sku, p_quantity) l(o, sku, quantity)
      LEFT JOIN LATERAL (SELECT on_hand - reserved AS free FROM inventory.stock WHERE sku = l.sku LIMIT 1) s ON true
     GROUP BY l.o HAVING bool_and(coalesce(s.free >= l.quantity, false))
  ), made AS (
    INSERT INTO inventory.reservations(order_id, user_id, body_hash, skus, quantities, expires_at)
    SELECT o.id, o.usr, o.hash, line.skus, line.quantities, now() + p_life
      FROM unnest(p_order, p_user, p_hash) o(id, usr, hash) JOIN line ON line.o = o.id
     ORDER BY o.id ON CONFLICT DO NOTHING RETURNING order_id
  )
  SELECT array_agg(order_id) INTO fresh FROM made;
  IF fresh IS NOT NULL THEN
    -- 2. Lock the stock rows in SKU order.
    PERFORM FROM inventory.stock
      WHERE sku IN (SELECT l.sku FROM unnest(p_line_order, p_sku) l(o, sku) WHERE l.o = ANY (fresh))
      ORDER BY sku FOR NO KEY UPDATE;
    -- 3. Take, in a statement whose snapshot is after the lock.
    WITH taken AS (
      SELECT l.sku, sum(l.quantity)::int AS quantity
        FROM unnest(p_line_order, p_sku, p_quantity) l(o, sku, quantity) WHERE l.o = ANY (fresh) GROUP BY l.sku
    ), changed AS (
      UPDATE inventory.stock s
         SET reserved = s.reserved + t.quantity, updated_at = now(),
             version = s.version + (s.allotted IS NULL AND inventory.turned(s.on_hand - s.reserved, s.on_hand - s.reserved - t.quantity))::int
        FROM taken t WHERE s.sku = t.sku
      RETURNING new.sku, new.version, new.version > old.version AS turned
    )
    INSERT INTO events.outbox(type, key, version, data)
    SELECT 'stock.changed', sku, version, jsonb_build_object('sku', sku, 'available', false) FROM changed WHERE turned;
  END IF;
  RETURN QUERY
    SELECT o.id,
           CASE WHEN r.order_id IS NULL THEN 'short' WHEN r.body_hash <> o.hash THEN 'other-body'
                WHEN r.state = 'held' THEN 'held' ELSE 'ended' END,
           r.reserved_at,
           CASE WHEN r.order_id IS NULL THEN (
             SELECT json_agg(l.sku ORDER BY l.sku) FROM unnest(p_line_order, p_sku, p_quantity) l(o, sku, quantity)
               LEFT JOIN LATERAL (SELECT on_hand - reserved AS free FROM inventory.stock WHERE sku = l.sku LIMIT 1) s ON true
              WHERE l.o = o.id AND coalesce(s.free < l.quantity, true)) END
      FROM unnest(p_order, p_hash) o(id, hash)
      LEFT JOIN LATERAL (SELECT * FROM inventory.reservations WHERE order_id = o.id LIMIT 1) r ON true;
END $$;
--> statement-breakpoint
-- As end_v1, with allotted SKUs, of which nobody is told. Ends reservations as their orders ended:
-- held -> committed (sold), held -> released, committed -> released (a paid
-- order was cancelled, its units come back). A reservation that fits no arrow stays as it is, so that events may come
-- twice and in any order. `p_forget` releases and deletes: for reservations whose order never came to be.
CREATE FUNCTION inventory.end_v2(p_order uuid[], p_state text, p_forget boolean) RETURNS int LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  ended uuid[];
BEGIN
  PERFORM FROM inventory.reservations WHERE order_id = ANY (p_order) ORDER BY order_id FOR NO KEY UPDATE;
  SELECT array_agg(order_id) INTO ended FROM inventory.reservations
   WHERE order_id = ANY (p_order) AND (state = 'held' OR (state = 'committed' AND p_state = 'released' AND NOT p_forget));
  IF ended IS NULL THEN RETURN 0; END IF;
  PERFORM FROM inventory.stock
    WHERE sku = ANY (ARRAY(SELECT unnest(skus) FROM inventory.reservations WHERE order_id = ANY (ended)))
    ORDER BY sku FOR NO KEY UPDATE;
  WITH line AS (
    SELECT r.order_id, l.sku, l.quantity,
           CASE WHEN r.state = 'held' THEN l.quantity ELSE 0 END AS unreserved,
           CASE WHEN p_state = 'committed' THEN -l.quantity WHEN r.state = 'committed' THEN l.quantity ELSE 0 END AS delta
      FROM inventory.reservations r CROSS JOIN LATERAL unnest(r.skus, r.quantities) l(sku, quantity)
     WHERE r.order_id = ANY (ended)
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
