import type { Shop } from "../lab/shop.ts";

/** What the primary was asked since it last forgot. */
export interface OrderStatements {
  readonly orders: number;
  /** Of the function that places them. */
  readonly calls: number;
  /** Of any statement. */
  readonly all: number;
}

export async function forgetStatements({ admin }: Shop): Promise<void> {
  await admin`select pg_stat_statements_reset()`;
}

export async function orderStatements({ admin }: Shop): Promise<OrderStatements> {
  const [found] = await admin<OrderStatements[]>`
    select coalesce(sum(rows) filter (where query ~ 'orders\\.place_v\\d'), 0)::float8 as orders,
           coalesce(sum(calls) filter (where query ~ 'orders\\.place_v\\d'), 0)::float8 as calls,
           coalesce(sum(calls), 0)::float8 as all
      from pg_stat_statements where query ~* '^\\s*(select|insert|update|delete|with)'`;
  if (!found) throw new Error("pg_stat_statements answers nothing");
  return found;
}
