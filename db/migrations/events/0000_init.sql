CREATE SCHEMA "events";
--> statement-breakpoint
CREATE TABLE "events"."cursor" (
	"one" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"xid" "xid8" DEFAULT '0' NOT NULL,
	"event_id" uuid DEFAULT '00000000-0000-0000-0000-000000000000' NOT NULL,
	"holder" uuid,
	"lease_until" timestamp with time zone DEFAULT '-infinity' NOT NULL,
	CONSTRAINT "cursor_is_one_row" CHECK ("events"."cursor"."one" = 1)
);
--> statement-breakpoint
CREATE TABLE "events"."dead" (
	"id" uuid DEFAULT uuidv7() NOT NULL,
	"consumer" text NOT NULL,
	"event_id" uuid NOT NULL,
	"type" text NOT NULL,
	"body" jsonb NOT NULL,
	"attempts" integer NOT NULL,
	"last_error" text NOT NULL,
	"died_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dead_consumer_event_id_pk" PRIMARY KEY("consumer","event_id"),
	CONSTRAINT "dead_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "events"."inbox" (
	"consumer" text NOT NULL,
	"event_id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox_consumer_event_id_pk" PRIMARY KEY("consumer","event_id")
) PARTITION BY RANGE ("event_id");
--> statement-breakpoint
CREATE TABLE "events"."outbox" (
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"type" text NOT NULL,
	"key" text NOT NULL,
	"version" bigint NOT NULL,
	"data" jsonb NOT NULL,
	"traceparent" text,
	"occurred_at" timestamp with time zone DEFAULT now() NOT NULL
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE INDEX "outbox_in_order" ON "events"."outbox" USING btree ("xid","id");