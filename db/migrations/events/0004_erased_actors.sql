CREATE INDEX "dead_of_actors" ON "events"."dead" USING btree ((body -> 'data' -> 'actor' ->> 'id')) WHERE type = 'audit.recorded';--> statement-breakpoint
CREATE INDEX "outbox_of_actors" ON "events"."outbox" USING btree ((data -> 'actor' ->> 'id')) WHERE type = 'audit.recorded';
--> statement-breakpoint
-- An event's data without what names a person, or tells where he was.
CREATE OR REPLACE FUNCTION events.nameless(data jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE
  WHEN data ? 'email' THEN data || '{"email": "", "name": ""}'
  WHEN data ? 'actor' THEN data || '{"address": ""}'
  ELSE data END;
--> statement-breakpoint
-- Notes that users are erased and takes their names and addresses out of the events that are kept here. To be called before
-- what else there is of them is deleted: whoever was writing it has ended then, and nobody begins to.
CREATE OR REPLACE FUNCTION events.forget_v1(p_users uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('events.erased'), hash)
     FROM (SELECT DISTINCT hashtext(of::text) AS hash FROM unnest(p_users) of ORDER BY hash) each_once;
  INSERT INTO events.erased (user_id) SELECT DISTINCT of FROM unnest(p_users) of ORDER BY of ON CONFLICT DO NOTHING;
  UPDATE events.outbox SET data = events.nameless(data)
   WHERE key = ANY (p_users::text[]) AND type LIKE 'user.%' AND data <> events.nameless(data);
  UPDATE events.outbox SET data = events.nameless(data)
   WHERE data->'actor'->>'id' = ANY (p_users::text[]) AND type = 'audit.recorded' AND data <> events.nameless(data);
  UPDATE events.dead SET body = jsonb_set(body, '{data}', events.nameless(body->'data'))
   WHERE body->>'key' = ANY (p_users::text[]) AND type LIKE 'user.%' AND body->'data' <> events.nameless(body->'data');
  UPDATE events.dead SET body = jsonb_set(body, '{data}', events.nameless(body->'data'))
   WHERE body->'data'->'actor'->>'id' = ANY (p_users::text[]) AND type = 'audit.recorded'
     AND body->'data' <> events.nameless(body->'data');
END $$;
