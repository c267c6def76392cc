CREATE SCHEMA "catalog";
--> statement-breakpoint
CREATE TABLE "catalog"."cards" (
	"category" text NOT NULL,
	"product_id" uuid NOT NULL,
	"name" text collate "C" NOT NULL,
	"price_amount" bigint NOT NULL,
	"available" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "cards_category_product_id_pk" PRIMARY KEY("category","product_id")
) PARTITION BY HASH ("category");
--> statement-breakpoint
DO $$ BEGIN
  FOR i IN 0..7 LOOP
    EXECUTE format('CREATE TABLE catalog.cards_%s PARTITION OF catalog.cards FOR VALUES WITH (MODULUS 8, REMAINDER %s)', i, i);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE TABLE "catalog"."categories" (
	"slug" text PRIMARY KEY NOT NULL,
	"name" text collate "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog"."products" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"category" text NOT NULL,
	"images" jsonb NOT NULL,
	"variants" jsonb NOT NULL,
	"price_amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"metadata" jsonb NOT NULL,
	"status" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "products_slug" UNIQUE("slug"),
	CONSTRAINT "products_status" CHECK ("catalog"."products"."status" in ('active', 'withdrawn')),
	CONSTRAINT "products_price" CHECK ("catalog"."products"."price_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "catalog"."skus" (
	"sku" text PRIMARY KEY NOT NULL,
	"product_id" uuid,
	"available" boolean DEFAULT false NOT NULL,
	"stock_version" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "cards_of_category_by_time" ON "catalog"."cards" USING btree ("category","created_at","product_id");--> statement-breakpoint
CREATE INDEX "cards_of_category_by_price" ON "catalog"."cards" USING btree ("category","price_amount","product_id");--> statement-breakpoint
CREATE INDEX "cards_of_category_by_name" ON "catalog"."cards" USING btree ("category","name","product_id");--> statement-breakpoint
CREATE INDEX "cards_by_time" ON "catalog"."cards" USING btree ("created_at","product_id");--> statement-breakpoint
CREATE INDEX "cards_by_price" ON "catalog"."cards" USING btree ("price_amount","product_id");--> statement-breakpoint
CREATE INDEX "cards_by_name" ON "catalog"."cards" USING btree ("name","product_id");--> statement-breakpoint
CREATE INDEX "categories_by_name" ON "catalog"."categories" USING btree ("name","slug");