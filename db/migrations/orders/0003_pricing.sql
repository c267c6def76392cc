CREATE TABLE "orders"."carts" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"lines" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "orders"."coupons" (
	"code" text PRIMARY KEY NOT NULL,
	"id" uuid DEFAULT uuidv7() NOT NULL,
	"percent_off" integer,
	"amount_off" bigint,
	"currency" text NOT NULL,
	"limit" integer,
	"per_user" integer,
	"starts_at" timestamp with time zone,
	"ends_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "coupon_discount" CHECK (num_nonnulls(percent_off, amount_off) = 1)
);
--> statement-breakpoint
CREATE INDEX "coupons_by_time" ON "orders"."coupons" USING btree ("created_at","code");
--> statement-breakpoint
-- As place_v1, with discount, tax and coupon.
-- Writes what was decided, for many orders of many users: order, lines and event in one statement. An order that is
-- there already stays as it is ('exists'). The only refusal is 'too-late': a reservation older than half its grace might
-- be swept before this commits. Orders of one batch are written in id order, so that two batches cannot deadlock.
CREATE FUNCTION orders.place_v2(p_orders jsonb, p_life interval, p_half_grace interval)
RETURNS TABLE(id uuid, outcome text, created_at timestamptz, expires_at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  fresh uuid[];
BEGIN
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
