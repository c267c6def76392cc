INSERT INTO events.cursor DEFAULT VALUES;
--> statement-breakpoint
-- The smallest UUIDv7 of a moment: the bound of a week's partition.
CREATE FUNCTION events.first_id(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
--> statement-breakpoint
-- Makes what is missing of the partitions from last week on. A table is made first and then attached, which lets
-- writers go on; PARTITION OF would lock them out. There is no default partition: it would forbid DETACH CONCURRENTLY.
CREATE FUNCTION events.add_partitions(weeks_ahead integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  week CONSTANT interval := interval '168 hours';
  this_week CONSTANT timestamptz := date_trunc('week', now(), 'UTC');
  first_day timestamptz;
  parent text;
  partition text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('events.add_partitions'));
  FOR nth IN -1 .. weeks_ahead LOOP
    first_day := this_week + nth * week;
    FOREACH parent IN ARRAY ARRAY['outbox', 'inbox'] LOOP
      partition := parent || to_char(first_day AT TIME ZONE 'UTC', '_YYYYMMDD');
      CONTINUE WHEN to_regclass('events.' || partition) IS NOT NULL;
      EXECUTE format('CREATE TABLE events.%I (LIKE events.%I INCLUDING ALL)', partition, parent);
      EXECUTE format('ALTER TABLE events.%I ATTACH PARTITION events.%I FOR VALUES FROM (%L) TO (%L)',
        parent, partition, events.first_id(first_day), events.first_id(first_day + week));
    END LOOP;
  END LOOP;
END $$;
--> statement-breakpoint
SELECT events.add_partitions(4);
--> statement-breakpoint
CREATE SCHEMA IF NOT EXISTS checks;
--> statement-breakpoint
CREATE VIEW checks.outbox AS SELECT id AS event_id, type, occurred_at AS at FROM events.outbox;
--> statement-breakpoint
CREATE VIEW checks.inbox AS SELECT consumer, event_id, at FROM events.inbox;
--> statement-breakpoint
-- A delivery that succeeded after the queue had given up on it is not dead.
CREATE VIEW checks.dead AS SELECT d.consumer, d.event_id, d.died_at AS at FROM events.dead d
  WHERE NOT EXISTS (SELECT FROM events.inbox i WHERE i.consumer = d.consumer AND i.event_id = d.event_id);
