-- Writes orders as place_v3 does and commits; then says where the primary stands, which covers that commit: a question less
-- of each order. A function could not: a position taken before its own commit is too early.
CREATE PROCEDURE orders.place_and_say_where_v1(p_orders jsonb, p_users uuid[], p_life interval, p_half_grace interval,
                                               INOUT placed text, INOUT lsn text, INOUT timeline text) LANGUAGE plpgsql AS $$
DECLARE
  flushed pg_lsn;
BEGIN
  SELECT json_agg(json_build_object('id', p.id, 'outcome', p.outcome, 'createdAt', p.created_at::text, 'expiresAt', p.expires_at::text))
    INTO placed FROM orders.place_v3(p_orders, p_users, p_life, p_half_grace) p;
  COMMIT;
  flushed := pg_current_wal_flush_lsn();
  lsn := flushed::text;
  timeline := left(pg_walfile_name(flushed), 8);
END $$;
