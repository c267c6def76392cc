CREATE TABLE "identity"."mailed_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"token_hash" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mailed_tokens_hash" UNIQUE("token_hash"),
	CONSTRAINT "mailed_tokens_purpose" CHECK (purpose in ('reset', 'verification'))
);
--> statement-breakpoint
ALTER TABLE "identity"."mailed_tokens" ADD CONSTRAINT "mailed_tokens_user" FOREIGN KEY ("user_id") REFERENCES "identity"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "mailed_tokens_by_user" ON "identity"."mailed_tokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "mailed_tokens_by_expiry" ON "identity"."mailed_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sessions_by_expiry" ON "identity"."sessions" USING btree ("expires_at");