CREATE SCHEMA "inventory";
--> statement-breakpoint
CREATE TABLE "inventory"."movements" (
	"sku" text NOT NULL,
	"id" uuid DEFAULT uuidv7() NOT NULL,
	"delta" integer NOT NULL,
	"reason" text NOT NULL,
	"order_id" uuid,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "movements_sku_id_pk" PRIMARY KEY("sku","id")
);
--> statement-breakpoint
CREATE TABLE "inventory"."reservations" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"body_hash" text NOT NULL,
	"skus" text[] NOT NULL,
	"quantities" integer[] NOT NULL,
	"state" text DEFAULT 'held' NOT NULL,
	"reserved_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "reservation_state" CHECK (state in ('held', 'committed', 'released'))
) WITH (fillfactor = 90);
--> statement-breakpoint
CREATE TABLE "inventory"."stock" (
	"sku" text PRIMARY KEY NOT NULL,
	"on_hand" integer NOT NULL,
	"reserved" integer DEFAULT 0 NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stock_never_oversold" CHECK (reserved >= 0 and reserved <= on_hand)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);
--> statement-breakpoint
CREATE TABLE "inventory"."sweeps" (
	"pass" text PRIMARY KEY NOT NULL,
	"reserved_at" timestamp with time zone NOT NULL,
	"order_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE INDEX "reservations_by_time" ON "inventory"."reservations" USING btree ("reserved_at","order_id");
--> statement-breakpoint
CREATE SCHEMA IF NOT EXISTS checks;
--> statement-breakpoint
CREATE VIEW checks.stock AS SELECT sku, on_hand, reserved FROM inventory.stock;
--> statement-breakpoint
CREATE VIEW checks.movements AS SELECT sku, delta, reason, order_id, at FROM inventory.movements;
--> statement-breakpoint
CREATE VIEW checks.reservations AS
  SELECT l.sku, r.order_id, l.quantity, r.state, r.expires_at
    FROM inventory.reservations r CROSS JOIN LATERAL unnest(r.skus, r.quantities) l(sku, quantity);
