CREATE SCHEMA "payments";
--> statement-breakpoint
CREATE TABLE "payments"."ledger" (
	"user_id" uuid NOT NULL,
	"entry_id" uuid NOT NULL,
	"account" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"payment_id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ledger_user_id_entry_id_account_pk" PRIMARY KEY("user_id","entry_id","account"),
	CONSTRAINT "ledger_account" CHECK (account in ('provider', 'sales'))
);
--> statement-breakpoint
CREATE TABLE "payments"."payments" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"method" text NOT NULL,
	"body_hash" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"status" text DEFAULT 'processing' NOT NULL,
	"failure_code" text,
	"reference" text,
	"refunded" bigint DEFAULT 0 NOT NULL,
	"refunding" bigint DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payments_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "payment_status" CHECK (status in ('processing', 'captured', 'failed', 'refunded')),
	CONSTRAINT "payment_amount" CHECK (amount > 0),
	CONSTRAINT "never_more_refunded_than_paid" CHECK (refunded >= 0 and refunding >= 0 and refunded + refunding <= amount)
) WITH (fillfactor = 85);
--> statement-breakpoint
CREATE TABLE "payments"."refunds" (
	"user_id" uuid NOT NULL,
	"id" uuid DEFAULT uuidv7() NOT NULL,
	"payment_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"status" text DEFAULT 'processing' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "refunds_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "refund_status" CHECK (status in ('processing', 'succeeded', 'failed')),
	CONSTRAINT "refund_amount" CHECK (amount > 0)
);
--> statement-breakpoint
ALTER TABLE "payments"."refunds" ADD CONSTRAINT "refunds_user_id_payment_id_payments_user_id_id_fk" FOREIGN KEY ("user_id","payment_id") REFERENCES "payments"."payments"("user_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "payments_one_an_order" ON "payments"."payments" USING btree ("user_id","order_id") WHERE status in ('processing', 'captured');--> statement-breakpoint
CREATE INDEX "payments_by_order" ON "payments"."payments" USING btree ("user_id","order_id","created_at","id");--> statement-breakpoint
CREATE INDEX "payments_processing" ON "payments"."payments" USING btree ("asked_at") WHERE status = 'processing';--> statement-breakpoint
CREATE INDEX "payments_by_id" ON "payments"."payments" USING btree ("id");--> statement-breakpoint
CREATE INDEX "refunds_by_payment" ON "payments"."refunds" USING btree ("user_id","payment_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_one_a_second_charge" ON "payments"."refunds" USING btree ("user_id","payment_id") WHERE reason = 'second-charge';--> statement-breakpoint
CREATE INDEX "refunds_processing" ON "payments"."refunds" USING btree ("asked_at") WHERE status = 'processing';
--> statement-breakpoint
CREATE FUNCTION payments.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON payments.ledger
  FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();
--> statement-breakpoint
CREATE SCHEMA IF NOT EXISTS checks;
--> statement-breakpoint
CREATE VIEW checks.payments AS SELECT id, user_id, order_id, status, amount, refunded, reference FROM payments.payments;
--> statement-breakpoint
CREATE VIEW checks.ledger AS SELECT entry_id, account, amount, currency, payment_id FROM payments.ledger;
