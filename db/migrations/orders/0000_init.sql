CREATE SCHEMA "orders";
--> statement-breakpoint
CREATE TABLE "orders"."orders" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"status" text NOT NULL,
	"body_hash" text NOT NULL,
	"lines" jsonb NOT NULL,
	"subtotal" bigint NOT NULL,
	"discount" bigint DEFAULT 0 NOT NULL,
	"shipping" bigint DEFAULT 0 NOT NULL,
	"tax" bigint DEFAULT 0 NOT NULL,
	"total" bigint NOT NULL,
	"currency" text NOT NULL,
	"coupon" text,
	"shipping_address" jsonb,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"refunded" bigint DEFAULT 0 NOT NULL,
	"payment_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"history" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "orders_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "order_total" CHECK (total = subtotal - discount + shipping + tax and total >= 0)
) PARTITION BY HASH ("user_id");
--> statement-breakpoint
DO $$ BEGIN
  FOR i IN 0..15 LOOP
    EXECUTE format('CREATE TABLE orders.orders_%s PARTITION OF orders.orders FOR VALUES WITH (MODULUS 16, REMAINDER %s) WITH (fillfactor = 85)', i, i);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE TABLE "orders"."priced_products" (
	"product_id" uuid PRIMARY KEY NOT NULL,
	"version" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "orders"."prices" (
	"sku" text NOT NULL,
	"product_id" uuid NOT NULL,
	"name" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"active" boolean NOT NULL,
	CONSTRAINT "prices_sku_product_id_pk" PRIMARY KEY("sku","product_id")
);
--> statement-breakpoint
CREATE INDEX "orders_by_time" ON "orders"."orders" USING btree ("user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "orders_pending" ON "orders"."orders" USING btree ("expires_at") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "orders_by_id" ON "orders"."orders" USING btree ("id");--> statement-breakpoint
CREATE INDEX "prices_by_product" ON "orders"."prices" USING btree ("product_id");--> statement-breakpoint
CREATE SCHEMA IF NOT EXISTS checks;
--> statement-breakpoint
CREATE VIEW checks.orders AS SELECT user_id, id, status, total, currency FROM orders.orders;
--> statement-breakpoint
CREATE VIEW checks.order_lines AS
  SELECT o.user_id, o.id AS order_id, l->>'sku' AS sku, (l->>'quantity')::int AS quantity, (l->'unitPrice'->>'amount')::bigint AS unit_price
    FROM orders.orders o CROSS JOIN LATERAL jsonb_array_elements(o.lines) l;
