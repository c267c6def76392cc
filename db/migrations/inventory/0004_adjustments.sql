CREATE TABLE "inventory"."adjustments" (
	"sku" text NOT NULL,
	"key" text NOT NULL,
	"movement_id" uuid NOT NULL,
	CONSTRAINT "adjustments_sku_key_pk" PRIMARY KEY("sku","key")
);
--> statement-breakpoint
-- Tells `stock.depleted` when the last free unit of goods goes, whichever statement took it: an event of its own, with a
-- version of its own.
CREATE FUNCTION inventory.tell_depleted_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO events.outbox(type, key, version, data)
  VALUES ('stock.depleted', NEW.sku, NEW.version, jsonb_build_object('sku', NEW.sku, 'available', false));
  NEW.version := NEW.version + 1;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER stock_depleted BEFORE UPDATE ON inventory.stock FOR EACH ROW
  WHEN (OLD.on_hand > OLD.reserved AND NEW.on_hand = NEW.reserved AND NEW.allotted IS NULL) EXECUTE FUNCTION inventory.tell_depleted_v1();
--> statement-breakpoint
-- Adds to a SKU's stock or takes from it, once for each key: copies wait for the stock's row and then see what the first
-- one made. Refused are less than is reserved and more than `p_max`.
CREATE FUNCTION inventory.adjust_v1(p_sku text, p_key text, p_delta int, p_reason text, p_max int)
RETURNS TABLE(outcome text, id uuid, delta int, reason text, order_id uuid, at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  before inventory.stock;
  after inventory.stock;
BEGIN
  SELECT * INTO before FROM inventory.stock WHERE sku = p_sku FOR NO KEY UPDATE;
  RETURN QUERY
    SELECT CASE WHEN m.delta = p_delta AND m.reason = p_reason THEN 'replayed' ELSE 'other-body' END,
           m.id, m.delta, m.reason, m.order_id, m.at
      FROM inventory.adjustments a JOIN inventory.movements m ON m.sku = a.sku AND m.id = a.movement_id
     WHERE a.sku = p_sku AND a.key = p_key;
  IF FOUND THEN RETURN; END IF;
  outcome := CASE WHEN before.sku IS NULL THEN 'unknown'
                  WHEN before.on_hand::bigint + p_delta < before.reserved THEN 'below-reserved'
                  WHEN before.on_hand::bigint + p_delta > p_max THEN 'too-many' END;
  IF outcome IS NOT NULL THEN RETURN NEXT; RETURN; END IF;
  UPDATE inventory.stock
     SET on_hand = on_hand + p_delta, updated_at = now(),
         version = version + inventory.turned(on_hand - reserved, on_hand - reserved + p_delta)::int
   WHERE sku = p_sku RETURNING * INTO after;
  IF after.version > before.version THEN
    PERFORM inventory.tell_v1(ARRAY[p_sku], ARRAY[after.version], ARRAY[after.on_hand > after.reserved]);
  END IF;
  RETURN QUERY
    WITH moved AS (
      INSERT INTO inventory.movements(sku, delta, reason) VALUES (p_sku, p_delta, p_reason)
      RETURNING id, delta, reason, order_id, at
    ), kept AS (
      INSERT INTO inventory.adjustments(sku, key, movement_id) SELECT p_sku, p_key, id FROM moved
    )
    SELECT 'made', id, delta, reason, order_id, at FROM moved;
END $$;
