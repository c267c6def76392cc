import type { Sql } from "postgres";
import { inParallel } from "./in-parallel.ts";
import { type Check, kept } from "./kept.ts";
import type { KnownOrder } from "./send-again.ts";

interface Mail {
  readonly kind: string;
  readonly text: string;
}

const atOnce = 4;
const timeoutMs = 20_000;
/** The mailbox forgets all but the newest 50,000 mails. */
const mailsMax = 50_000;
const ordersMax = 40_000;

/** The mailbox against the journal's orders: one receipt of each that was ever paid, none of another. */
export async function receiptsKept(sql: Sql, mailbox: string, all: readonly KnownOrder[]): Promise<Check[]> {
  const orders = all.slice(-ordersMax);
  const emails = [...new Set(orders.map(({ email }) => email))];
  const receipts = new Map<string, number>();
  await inParallel(emails, atOnce, async (email) => {
    for (const { kind, text } of await mails(`${mailbox}/messages?limit=${mailsMax}&to=${encodeURIComponent(email)}`)) {
      const order = kind === "receipt" ? /\/orders\/([\w-]+)/.exec(text)?.[1] : undefined;
      if (order !== undefined) receipts.set(order, (receipts.get(order) ?? 0) + 1);
    }
  });
  const paid = await sql<{ id: string }[]>`
    select h.order_id as id
      from jsonb_to_recordset(${sql.json(orders.map(({ id, userId }) => ({ id, userId })))}::jsonb) as o(id uuid, "userId" uuid)
      join checks.order_history h on h.user_id = o."userId" and h.order_id = o.id where h.status = 'paid'`;
  const wasPaid = new Set(paid.map(({ id }) => id));
  const wrong = orders.filter(({ id }) => (receipts.get(id) ?? 0) !== (wasPaid.has(id) ? 1 : 0));
  const which = orders.length < all.length ? ` (of the last ${ordersMax})` : "";
  return [kept(`every paid order has one receipt in the mailbox${which}`, wrong.length)];
}

async function mails(url: string): Promise<Mail[]> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!answer.ok) throw new Error(`the mailbox answered ${answer.status}`);
  return ((await answer.json()) as { data: Mail[] }).data;
}
