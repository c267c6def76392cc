import type { Sql } from "postgres";

/**
 * A query for how often orders were placed, one at a time or many at once. pg_stat_statements sees only the first CALL of
 * each connection: its plan is kept, without the query's id.
 */
export function placingCalls(sql: Sql) {
  return sql`
    select coalesce(sum(calls), 0)::float8 as calls
      from pg_stat_user_functions where schemaname = 'orders' and funcname ~ '^place_v'`;
}
