import { placingCalls } from "../../loadtests/lab/placing-calls.ts";
import type { Shop } from "../../loadtests/lab/shop.ts";

/** How often the statements of an order were called. */
export interface Calls {
  readonly reserve: number;
  readonly place: number;
}

export async function forgetCalls({ admin }: Shop): Promise<void> {
  await admin`select pg_stat_statements_reset()`;
  await admin`
    select pg_stat_reset_single_function_counters(oid)
      from pg_proc where pronamespace = 'orders'::regnamespace and proname ~ '^place_v'`;
}

/** The calls since they were forgotten. */
export async function callsOf({ admin }: Shop): Promise<Calls> {
  const [calls] = await admin<Calls[]>`
    select coalesce(sum(calls) filter (where query ~ 'inventory\\.reserve_(one_)?v\\d'), 0)::float8 as reserve,
           (${placingCalls(admin)}) as place
      from pg_stat_statements where query ~ '^\\s*select'`;
  if (!calls) throw new Error("pg_stat_statements answers nothing");
  return calls;
}
