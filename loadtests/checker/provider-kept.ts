import type { Sql } from "postgres";
import { inParallel } from "./in-parallel.ts";
import { type Check, kept } from "./kept.ts";
import type { KnownOrder } from "./send-again.ts";

interface Charge {
  readonly paymentId: string;
  readonly status: string;
  readonly amount: { readonly amount: number };
  /** Minor units that went back. */
  readonly refunded: number;
}

const atOnce = 8;
const timeoutMs = 20_000;

/** The payment provider's own journal against the shop's books. */
export async function providerKept(sql: Sql, sandbox: string, orders: readonly KnownOrder[]): Promise<Check[]> {
  const newest = await charges(`${sandbox}/charges`);
  const listed = new Set(newest.map(({ paymentId }) => paymentId));
  const ours = await sql<{ id: string }[]>`
    select p.id from jsonb_to_recordset(${sql.json(orders.map(({ id, userId }) => ({ id, userId })))}::jsonb) as o(id uuid, "userId" uuid)
      join checks.payments p on p.user_id = o."userId" and p.order_id = o.id where p.status in ('captured', 'refunded')`;
  // The list ends with the newest 10,000: what it lacks is asked for by name.
  const lacking = ours.filter(({ id }) => !listed.has(id));
  const asked = await inParallel(lacking, atOnce, ({ id }) => charges(`${sandbox}/charges?paymentId=${id}`));
  const unheardOf = asked.filter((found) => found.length === 0).length;
  return [
    ...(await againstBooks(sql, [...newest, ...asked.flat()])),
    kept("the provider knows of every capture", unheardOf),
  ];
}

async function againstBooks(sql: Sql, all: readonly Charge[]): Promise<Check[]> {
  const captured = all
    .filter(({ status }) => status === "captured")
    .map(({ paymentId, amount, refunded }) => ({ id: paymentId, amount: amount.amount, refunded }));
  return sql<Check[]>`
    with charge as (
      select c.id, p.order_id, p.user_id, c.amount - c.refunded as kept
        from jsonb_to_recordset(${sql.json(captured)}::jsonb) as c(id uuid, amount bigint, refunded bigint)
        left join checks.payments p using (id)),
    booked as (select payment_id as id, sum(amount) as amount from checks.ledger where account = 'provider' group by payment_id)
    select 'the provider captured no order twice' as name, count(*)::int as violations
      from (select from charge where kept > 0 group by user_id, order_id having count(*) > 1) twice
    union all select 'the provider''s captures are in the books', count(*)::int
      from charge left join booked using (id) where kept <> coalesce(booked.amount, 0)
    union all select 'what was captured for an order that is not paid went back', count(*)::int
      from charge left join checks.orders o on o.user_id = charge.user_id and o.id = charge.order_id
     where kept > 0 and o.status in ('paid', 'shipped', 'delivered') is not true`;
}

async function charges(url: string): Promise<Charge[]> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!answer.ok) throw new Error(`the provider answered ${answer.status}`);
  return ((await answer.json()) as { data: Charge[] }).data;
}
