import { callAt } from "../support/client.ts";
import { duringLoad, type Invariant, invariants } from "../support/invariants.ts";
import { type CrashShop, graceSeconds } from "./crash-shop.ts";
import type { Storm } from "./storm.ts";

export const toldTwice = "nobody is told twice in the shop of a thing";

/** What is broken: of what buyers were told, of what events did, and of the data at rest. Empty where all holds. */
export async function brokenPromises(shop: CrashShop, storm: Storm): Promise<readonly Invariant[]> {
  const kept = [
    ...(await answersKept(shop, storm)),
    ...(await effectsOnce(shop, storm)),
    ...(await receiptsOnce(shop, storm)),
    ...(await chargesOnce(shop)),
    ...(await invariants(shop.sql)),
  ];
  return kept.filter(({ violations }) => violations > 0);
}

/** A sweep comes every second here, and may have to wait for its turn. */
const sweepSeconds = 8;

/** What is broken while the storm goes on: the part that holds at every instant. */
export async function brokenMeanwhile({ sql }: CrashShop): Promise<readonly Invariant[]> {
  const orphans = await sql<Invariant[]>`
    select 'no stock is held for long without an order' as name, count(*)::int as violations
      from inventory.reservations r left join checks.orders o on o.id = r.order_id
     where r.state = 'held' and o.id is null
       and r.reserved_at < now() - ${`${graceSeconds + sweepSeconds} seconds`}::interval`;
  return [...(await duringLoad(sql)), ...orphans].filter(({ violations }) => violations > 0);
}

/** The journal against the orders. */
function answersKept({ sql }: CrashShop, { buyers, journal }: Storm): Promise<Invariant[]> {
  const answered = journal.flatMap(({ key, userId, order }) => (order ? [{ key, userId, ...order }] : []));
  const keys = journal.map(({ key }) => key);
  const users = buyers.map(({ userId }) => userId);
  return sql<Invariant[]>`
    with answered as (
      select * from jsonb_to_recordset(${sql.json(answered)}) as j(key text, "userId" uuid, id uuid, total bigint, lines jsonb)),
    told as (
      select a.id, l.sku, l.quantity, l."unitPrice" as unit_price
        from answered a cross join lateral jsonb_to_recordset(a.lines) as l(sku text, quantity int, "unitPrice" bigint)),
    there as (select l.order_id as id, l.sku, l.quantity, l.unit_price from checks.order_lines l join answered a on a.id = l.order_id),
    keyed as (select id, metadata->>'key' as key from orders.orders where user_id = any(${users}::uuid[]))
    select 'each order answered 201 is there once, paid, with its total' as name, count(*)::int as violations from answered a
     where (select count(*) from checks.orders o where o.id = a.id and o.user_id = a."userId"
               and o.total = a.total and o.status = 'paid') <> 1
    union all select 'each order answered 201 has its lines', count(*)::int from (
      (select * from told except all select * from there) union all (select * from there except all select * from told)) other
    union all select 'each order is of one key, and no key has two', count(*)::int from (
      select from keyed group by key having count(*) > 1 or key is null or key <> all(${keys}::text[])) doubled
    union all select 'what was refused is not there', count(*)::int from keyed
      where key = any(${journal.filter(({ status }) => status === 409).map(({ key }) => key)}::text[])`;
}

/** What events did, counted. */
function effectsOnce({ sql }: CrashShop, { buyers }: Storm): Promise<Invariant[]> {
  const users = buyers.map(({ userId }) => userId);
  return sql<Invariant[]>`
    with paid as (select * from checks.orders where user_id = any(${users}::uuid[]) and status = 'paid'),
    sold as (select order_id, sku, count(*) as times, sum(delta) as delta from checks.movements where reason = 'sold' group by order_id, sku),
    due as (select l.order_id, l.sku, l.quantity from checks.order_lines l join paid on paid.id = l.order_id),
    notified as (select user_id, kind, count(*) as times from notifications.notifications where user_id = any(${users}::uuid[]) group by user_id, kind),
    welcome as (select unnest(${users}::uuid[]) as user_id, 'welcome' as kind, 1 as times),
    receipt as (select user_id, 'receipt' as kind, count(*) as times from paid group by user_id),
    news as (select * from welcome union all select * from receipt),
    leg as (select payment_id, count(*) as legs, count(distinct entry_id) as entries, sum(abs(amount)) as moved from checks.ledger group by payment_id),
    captured as (select p.id, p.order_id, p.amount from checks.payments p where status = 'captured')
    select 'each line of a paid order is sold once' as name, count(*)::int as violations
      from due full join sold using (order_id, sku) where times is distinct from 1 or delta is distinct from -quantity
    union all select ${toldTwice}, coalesce(sum(greatest(coalesce(notified.times, 0) - coalesce(news.times, 0), 0)), 0)::int
      from news full join notified using (user_id, kind)
    union all select 'everybody is told in the shop of each thing', coalesce(sum(greatest(news.times - coalesce(notified.times, 0), 0)), 0)::int
      from news left join notified using (user_id, kind)
    union all select 'each capture is one entry of the ledger', count(*)::int
      from captured left join leg on leg.payment_id = captured.id
     where legs is distinct from 2 or entries is distinct from 1 or moved is distinct from 2 * amount
    union all select 'each paid order is captured once', count(*)::int
      from paid where (select count(*) from captured where captured.order_id = paid.id and captured.amount = paid.total) <> 1
    union all select 'nothing is dead', count(*)::int from checks.dead`;
}

/** The mailbox knows nothing of our tables: a receipt names its order by its link. */
async function receiptsOnce(shop: CrashShop, { buyers }: Storm): Promise<Invariant[]> {
  let receipts = 0;
  let welcomes = 0;
  for (const { userId, email } of buyers) {
    const paid = await shop.sql<{ id: string }[]>`
      select id from checks.orders where user_id = ${userId} and status = 'paid'`;
    const { body } = await callAt(shop.config.MAILBOX_URL ?? "", "GET", `/messages?to=${encodeURIComponent(email)}`);
    const mails: { kind: string; text: string }[] = body.data;
    const of = mails
      .filter(({ kind }) => kind === "receipt")
      .map(({ text }) => /\/orders\/(\S+)/.exec(text)?.[1] ?? "none");
    receipts += differences(
      of,
      paid.map(({ id }) => id),
    );
    welcomes += Math.abs(mails.filter(({ kind }) => kind === "welcome").length - 1);
  }
  return [
    { name: "each paid order has one receipt in the mailbox", violations: receipts },
    { name: "each buyer has one welcome mail", violations: welcomes },
  ];
}

/** The provider's own journal. */
async function chargesOnce(shop: CrashShop): Promise<Invariant[]> {
  const { body } = await callAt(shop.config.SANDBOX_URL ?? "", "GET", "/charges");
  const charges: { paymentId: string; status: string; amount: { amount: number } }[] = body.data;
  const payments = await shop.sql<{ id: string; order_id: string; amount: number; captured: boolean }[]>`
    select id, order_id, amount::int, status = 'captured' as captured from checks.payments`;
  const orderOf = new Map(payments.map((payment) => [payment.id, payment.order_id]));
  const captured = charges.filter(({ status }) => status === "captured");
  const orders = captured.map(({ paymentId }) => orderOf.get(paymentId));
  const ours = payments.filter((payment) => payment.captured).map(({ id, amount }) => `${id} ${amount}`);
  const theirs = captured.map(({ paymentId, amount }) => `${paymentId} ${amount.amount}`);
  return [
    { name: "the provider captured no order twice", violations: orders.length - new Set(orders).size },
    { name: "the provider's captures are ours", violations: differences(theirs, ours) },
  ];
}

/** How many have to be added or taken away to make one list of the other. */
function differences(one: readonly string[], other: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const item of one) counts.set(item, (counts.get(item) ?? 0) + 1);
  for (const item of other) counts.set(item, (counts.get(item) ?? 0) - 1);
  return [...counts.values()].reduce((sum, count) => sum + Math.abs(count), 0);
}
