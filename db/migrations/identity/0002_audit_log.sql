CREATE TABLE "identity"."audit_log" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor_id" text NOT NULL,
	"actor_kind" text NOT NULL,
	"action" text NOT NULL,
	"target_type" text NOT NULL,
	"target_id" text NOT NULL,
	"request_id" text NOT NULL,
	"address" text NOT NULL,
	"detail" jsonb NOT NULL
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE INDEX "audit_log_by_actor" ON "identity"."audit_log" USING btree ("actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_log_by_action" ON "identity"."audit_log" USING btree ("action","id");--> statement-breakpoint
CREATE INDEX "audit_log_by_target" ON "identity"."audit_log" USING btree ("target_id","id");--> statement-breakpoint
CREATE INDEX "users_staff" ON "identity"."users" USING btree ("role","id") WHERE role <> 'customer';
--> statement-breakpoint
-- Two years and some weeks.
INSERT INTO events.partitioned (parent, keep_days) VALUES ('identity.audit_log', 800);
--> statement-breakpoint
SELECT events.add_partitions(4);
