import type { Shop } from "../../loadtests/lab/shop.ts";

/** How often the statements of an order were called. */
export interface Calls {
  readonly reserve: number;
  readonly place: number;
}

export async function forgetCalls({ admin }: Shop): Promise<void> {
  await admin`select pg_stat_statements_reset()`;
}

/** The calls since they were forgotten. */
export async function callsOf({ admin }: Shop): Promise<Calls> {
  const [calls] = await admin<Calls[]>`
    select coalesce(sum(calls) filter (where query ~ 'inventory\\.reserve_(one_)?v\\d'), 0)::float8 as reserve,
           coalesce(sum(calls) filter (where query ~ 'orders\\.place_'), 0)::float8 as place
      from pg_stat_statements where query ~ '^\\s*(select|call)'`;
  if (!calls) throw new Error("pg_stat_statements answers nothing");
  return calls;
}
