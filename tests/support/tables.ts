import type { Sql } from "postgres";
import { services } from "../../src/contracts/services.ts";

interface Column {
  readonly name: string;
  /** As information_schema names it. */
  readonly type: string;
  readonly isInKey: boolean;
}

export interface Table {
  /** With its schema. */
  readonly name: string;
  readonly columns: readonly Column[];
}

/** Every table of the services, and that of the events, as they stand in the database; a partitioned one counts once. */
export async function tablesOf(sql: Sql): Promise<Table[]> {
  return sql<Table[]>`
    select format('%I.%I', c.table_schema, c.table_name) as name,
           json_agg(json_build_object('name', c.column_name, 'type', c.data_type, 'isInKey', coalesce(a.attnum = any(i.indkey), false))
                    order by c.ordinal_position) as columns
      from information_schema.columns c
      join pg_class t on t.oid = format('%I.%I', c.table_schema, c.table_name)::regclass and t.relkind in ('r', 'p') and not t.relispartition
      join pg_attribute a on a.attrelid = t.oid and a.attname = c.column_name
      left join pg_index i on i.indrelid = t.oid and i.indisprimary
     where c.table_schema in ${sql([...services, "events"])}
     group by c.table_schema, c.table_name order by 1`;
}
