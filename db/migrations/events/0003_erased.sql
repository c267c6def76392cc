CREATE TABLE "events"."erased" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "dead_of_users" ON "events"."dead" USING btree ((body ->> 'key')) WHERE type like 'user.%';--> statement-breakpoint
CREATE INDEX "outbox_of_users" ON "events"."outbox" USING btree ("key") WHERE type like 'user.%';
--> statement-breakpoint
-- An event's data without what names a person.
CREATE FUNCTION events.nameless(data jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE WHEN data ? 'email' THEN data || '{"email": "", "name": ""}' ELSE data END;
--> statement-breakpoint
-- Those of the users of whom something may be written. Until the transaction ends whoever erases one of them waits for it;
-- whoever was erased before is not among them, also where that committed while this waited.
CREATE FUNCTION events.unerased_v1(p_users uuid[]) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('events.erased'), hash)
     FROM (SELECT DISTINCT hashtext(of::text) AS hash FROM unnest(p_users) of ORDER BY hash) each_once;
  RETURN QUERY
    SELECT of FROM (SELECT DISTINCT of FROM unnest(p_users) of) each_once
      LEFT JOIN LATERAL (SELECT true AS is FROM events.erased WHERE user_id = of LIMIT 1) gone ON true
     WHERE gone.is IS NULL;
END $$;
--> statement-breakpoint
-- Notes that users are erased and takes their names out of the events that are kept here. To be called before what else
-- there is of them is deleted: whoever was writing it has ended then, and nobody begins to.
CREATE FUNCTION events.forget_v1(p_users uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('events.erased'), hash)
     FROM (SELECT DISTINCT hashtext(of::text) AS hash FROM unnest(p_users) of ORDER BY hash) each_once;
  INSERT INTO events.erased (user_id) SELECT DISTINCT of FROM unnest(p_users) of ORDER BY of ON CONFLICT DO NOTHING;
  UPDATE events.outbox SET data = events.nameless(data)
   WHERE key = ANY (p_users::text[]) AND type LIKE 'user.%' AND data <> events.nameless(data);
  UPDATE events.dead SET body = jsonb_set(body, '{data}', events.nameless(body->'data'))
   WHERE body->>'key' = ANY (p_users::text[]) AND type LIKE 'user.%' AND body->'data' <> events.nameless(body->'data');
END $$;
