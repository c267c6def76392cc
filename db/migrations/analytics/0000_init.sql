CREATE SCHEMA "analytics";
--> statement-breakpoint
CREATE TABLE "analytics"."by_region" (
	"grain" text NOT NULL,
	"start" timestamp with time zone NOT NULL,
	"region" text NOT NULL,
	"placed" bigint DEFAULT 0 NOT NULL,
	"orders" bigint DEFAULT 0 NOT NULL,
	"revenue" bigint DEFAULT 0 NOT NULL,
	"new_users" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "by_region_grain_start_region_pk" PRIMARY KEY("grain","start","region"),
	CONSTRAINT "by_region_grain" CHECK ("analytics"."by_region"."grain" in ('hour', 'day'))
);
--> statement-breakpoint
CREATE TABLE "analytics"."by_sku" (
	"grain" text NOT NULL,
	"start" timestamp with time zone NOT NULL,
	"sku" text NOT NULL,
	"quantity" bigint DEFAULT 0 NOT NULL,
	"revenue" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "by_sku_grain_start_sku_pk" PRIMARY KEY("grain","start","sku"),
	CONSTRAINT "by_sku_grain" CHECK ("analytics"."by_sku"."grain" in ('hour', 'day'))
);
--> statement-breakpoint
CREATE TABLE "analytics"."cursor" (
	"one" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"xid" "xid8" DEFAULT '0' NOT NULL,
	"event_id" uuid DEFAULT '00000000-0000-0000-0000-000000000000' NOT NULL,
	"rolled_at" timestamp with time zone DEFAULT '-infinity' NOT NULL,
	CONSTRAINT "cursor_is_one_row" CHECK ("analytics"."cursor"."one" = 1)
);
--> statement-breakpoint
CREATE TABLE "analytics"."events" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"type" text NOT NULL,
	"key" uuid NOT NULL,
	"region" text NOT NULL,
	"placed" bigint DEFAULT 0 NOT NULL,
	"orders" bigint DEFAULT 0 NOT NULL,
	"revenue" bigint DEFAULT 0 NOT NULL,
	"new_users" bigint DEFAULT 0 NOT NULL,
	"lines" jsonb DEFAULT '[]'::jsonb NOT NULL,
	CONSTRAINT "events_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "events_id_says_when" CHECK (uuid_extract_timestamp("analytics"."events"."id") is not null)
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "analytics"."skus" (
	"sku" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"category" text NOT NULL,
	"event_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "analytics"."users" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"region" text NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "events_in_order" ON "analytics"."events" USING btree ("xid","id");
--> statement-breakpoint
CREATE INDEX "events_by_time" ON "analytics"."events" USING btree ("id");
--> statement-breakpoint
-- Two years and some weeks: a year's figures can be compared to those of the year before, to the second.
INSERT INTO events.partitioned (parent, keep_days) VALUES ('analytics.events', 800);
--> statement-breakpoint
SELECT events.add_partitions(4);
--> statement-breakpoint
INSERT INTO analytics.cursor DEFAULT VALUES;
--> statement-breakpoint
-- What the roll-ups do not hold yet. Its order and OFFSET 0 keep the planner at the index of this order, whatever else is
-- asked: the ids asked for may be those of a year.
CREATE VIEW analytics.unrolled AS
  SELECT xid, id, region, placed, orders, revenue, new_users, lines FROM analytics.events
   WHERE (xid, id) > ((SELECT xid FROM analytics.cursor), (SELECT event_id FROM analytics.cursor))
   ORDER BY xid, id OFFSET 0;
--> statement-breakpoint
-- For an operator: has the roll-ups made anew, by the job, from the events that are kept. The summary is right all the
-- while, though slow: what is not rolled up is counted from the events.
CREATE FUNCTION analytics.rebuild_roll_ups() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE analytics.cursor SET xid = DEFAULT, event_id = DEFAULT, rolled_at = DEFAULT;
  TRUNCATE analytics.by_region, analytics.by_sku;
END $$;
