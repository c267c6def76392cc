CREATE TABLE "events"."partitioned" (
	"parent" text PRIMARY KEY NOT NULL,
	"keep_days" integer NOT NULL
);
--> statement-breakpoint
-- As long as the inbox remembers (src/platform/events/inbox.ts).
INSERT INTO events.partitioned (parent, keep_days) VALUES ('events.outbox', 45), ('events.inbox', 45);
--> statement-breakpoint
-- As before, now for every table of `partitioned`: each has its partitions in its own schema, by the week in a UUIDv7.
CREATE OR REPLACE FUNCTION events.add_partitions(weeks_ahead integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  week CONSTANT interval := interval '168 hours';
  this_week CONSTANT timestamptz := date_trunc('week', now(), 'UTC');
  first_day timestamptz;
  of text;
  partition text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('events.add_partitions'));
  FOR nth IN -1 .. weeks_ahead LOOP
    first_day := this_week + nth * week;
    FOR of IN SELECT parent FROM events.partitioned LOOP
      partition := of || to_char(first_day AT TIME ZONE 'UTC', '_YYYYMMDD');
      CONTINUE WHEN to_regclass(partition) IS NOT NULL;
      EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL)', partition, of);
      EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
        of, partition, events.first_id(first_day), events.first_id(first_day + week));
    END LOOP;
  END LOOP;
END $$;
