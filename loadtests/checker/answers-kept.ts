import type { Sql } from "postgres";
import type { Journal } from "./journal.ts";
import { type Check, kept } from "./kept.ts";
import type { KnownOrder } from "./send-again.ts";

const chunk = 2_000;

/** How many of these orders are not there as their buyers were told, and how many have other lines. */
export async function ordersMissing(
  sql: Sql,
  orders: readonly KnownOrder[],
): Promise<{ lost: number; changed: number }> {
  const missing = { lost: 0, changed: 0 };
  for (let start = 0; start < orders.length; start += chunk) {
    const told = orders.slice(start, start + chunk).map(({ id, userId, total, lines }) => {
      return { id, userId, total, lines: lines.map((line) => ({ ...line })) };
    });
    const [found] = await sql<{ lost: number; changed: number }[]>`
      with told as (
        select * from jsonb_to_recordset(${sql.json(told)}::jsonb) as j(id uuid, "userId" uuid, total bigint, lines jsonb)),
      said as (
        select t.id, l.sku, l.quantity, l."unitPrice" as unit_price
          from told t cross join lateral jsonb_to_recordset(t.lines) as l(sku text, quantity int, "unitPrice" bigint)),
      there as (
        select l.order_id as id, l.sku, l.quantity, l.unit_price
          from told t join checks.order_lines l on l.user_id = t."userId" and l.order_id = t.id)
      select (select count(*)::int from told t where (
                select count(*) from checks.orders o
                 where o.user_id = t."userId" and o.id = t.id and o.total = t.total) <> 1) as lost,
             (select count(distinct id)::int from (
                (select * from said except all select * from there)
                union all (select * from there except all select * from said)) other) as changed`;
    missing.lost += found?.lost ?? 0;
    missing.changed += found?.changed ?? 0;
  }
  return missing;
}

/** Orders of the journal's buyers since the run began that none of its keys stands for. */
export async function noneBeyond(
  sql: Sql,
  { since }: Journal,
  userIds: readonly string[],
  orders: readonly KnownOrder[],
): Promise<Check> {
  const [more] = await sql<{ count: number }[]>`
    select count(*)::int as count from checks.orders
     where user_id = any(${[...userIds]}::uuid[]) and created_at >= ${since}::text::timestamptz
       and id <> all(${orders.map(({ id }) => id)}::uuid[])`;
  return kept("every order is of one key, and no key has two", more?.count ?? 0);
}
