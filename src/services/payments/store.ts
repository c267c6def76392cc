import { type Handle, pgArray, type Sql, type Transaction } from "../../platform/database.ts";
import { type PaymentStatus, paymentState } from "./payment-state.ts";
import type { OrderKey, PaymentRow } from "./queries.ts";
import type { RefundRow } from "./refunds/queries.ts";

export type NewPayment = Pick<
  PaymentRow,
  "userId" | "id" | "orderId" | "provider" | "method" | "bodyHash" | "amount" | "currency"
>;

/** Begins payments of distinct ids; answers those that were new, where no other payment has the order. */
export async function begin(
  { sql }: Handle,
  payments: readonly NewPayment[],
): Promise<readonly { id: string; createdAt: string }[]> {
  // In order of the unique index on orders, so that two of these statements cannot deadlock.
  return sql<{ id: string; createdAt: string }[]>`
    insert into payments.payments(user_id, id, order_id, provider, method, body_hash, amount, currency)
    select "userId", id, "orderId", provider, method, "bodyHash", amount, currency
      from jsonb_to_recordset(${JSON.stringify(payments)}::text::jsonb) as g(
        "userId" uuid, id uuid, "orderId" uuid, provider text, method text, "bodyHash" text, amount bigint, currency text)
     order by "userId", "orderId", id
    on conflict do nothing returning id, created_at as "createdAt"`;
}

/** What became of a charge, and on whose behalf it is noted. */
export interface Outcome {
  readonly userId: string;
  readonly id: string;
  readonly status: "captured" | "failed";
  readonly amount: number;
  readonly currency: string;
  readonly reference: string | null;
  readonly failureCode: string | null;
  readonly traceparent: string;
}

export interface SettledRow {
  readonly id: string;
  readonly verdict: "moved" | "unchanged" | "amount-differs" | "second-charge";
  /** As they stand now. */
  readonly status: PaymentStatus;
  readonly failureCode: string | null;
  readonly refunded: number;
}

/** Moves payments with their ledger entries and events. Throws 23505 where another payment of an order has just begun. */
export async function settle({ sql }: Handle, outcomes: readonly Outcome[]): Promise<readonly SettledRow[]> {
  const given = outcomes.map(({ userId, failureCode, ...outcome }) => ({
    ...outcome,
    user_id: userId,
    failure_code: failureCode,
  }));
  const rows = await sql<(Omit<SettledRow, "refunded"> & { refunded: string })[]>`
    select id, verdict, status, failure_code as "failureCode", refunded::text as refunded
      from payments.settle_v2(${JSON.stringify(given)}::text::jsonb, ${JSON.stringify(paymentState)}::text::jsonb)`;
  return rows.map((row) => ({ ...row, refunded: Number(row.refunded) }));
}

/** Notes that all captured money of these orders goes back. */
export async function noteRefunds(tx: Transaction, orders: readonly OrderKey[]): Promise<void> {
  await tx`select payments.refund_ended_v1(
    ${pgArray(orders.map((order) => order.userId))}::uuid[], ${pgArray(orders.map((order) => order.orderId))}::uuid[])`;
}

export interface NewRefund {
  readonly userId: string;
  readonly paymentId: string;
  readonly id: string;
  /** Minor units; null is all that is left. */
  readonly amount: number | null;
  readonly restock: boolean;
  readonly reason: "asked" | "provider";
  readonly bodyHash: string;
}

export interface BegunRefund {
  readonly verdict: "begun" | "there" | "other-body" | "payment-state" | "exceeds";
  /** What was left of the payment, in minor units. */
  readonly refundable: number;
}

/** Begins a refund where so much is left of its payment. */
export async function beginRefund(sql: Sql | Transaction, refund: NewRefund): Promise<BegunRefund> {
  const [row] = await sql<{ verdict: BegunRefund["verdict"]; refundable: string }[]>`
    select verdict, refundable::text as refundable
      from payments.begin_refund_v1(${refund.userId}, ${refund.paymentId}, ${refund.id}, ${refund.amount},
                                    ${refund.restock}, ${refund.reason}, ${refund.bodyHash})`;
  if (row === undefined) throw new Error(`begin_refund answered nothing for payment ${refund.paymentId}`);
  return { ...row, refundable: Number(row.refundable) };
}

/** Ends a refund with its ledger entry and event; false where it had ended before. */
export async function endRefund(
  { sql }: Handle,
  { userId, id }: Pick<RefundRow, "userId" | "id">,
  status: "succeeded" | "failed",
  traceparent: string,
): Promise<boolean> {
  const [row] = await sql<{ ended: boolean }[]>`
    select payments.settle_refund_v2(${userId}, ${id}, ${status}, ${traceparent}) as ended`;
  return row?.ended === true;
}

/** How these users paid. */
export async function forgetMethods(tx: Transaction, userIds: readonly string[]): Promise<void> {
  await tx`update payments.payments set method = '' where user_id = any(${pgArray(userIds)}::uuid[]) and method <> ''`;
}

/** Payments still processing that nobody has asked about for this long, taken so that no other instance asks too. */
export async function takeSilentPayments({ sql }: Handle, ageSeconds: number, limit: number): Promise<PaymentRow[]> {
  const rows = await sql<(Omit<PaymentRow, "amount" | "refunded"> & { amount: string })[]>`
    update payments.payments p set asked_at = now()
      from (select user_id, id from payments.payments
             where status = 'processing' and asked_at < now() - ${`${ageSeconds} seconds`}::interval
             order by asked_at limit ${limit} for no key update skip locked) due
     where p.user_id = due.user_id and p.id = due.id
    returning p.user_id as "userId", p.id, p.order_id as "orderId", p.provider, p.method, p.body_hash as "bodyHash",
              p.amount::text as amount, p.currency, p.status, p.failure_code as "failureCode", p.created_at as "createdAt"`;
  return rows.map((row) => ({ ...row, amount: Number(row.amount), refunded: 0 }));
}

/** The same for refunds. */
export async function takeSilentRefunds({ sql }: Handle, ageSeconds: number, limit: number): Promise<RefundRow[]> {
  const rows = await sql<(Omit<RefundRow, "amount"> & { amount: string })[]>`
    update payments.refunds r set asked_at = now()
      from (select user_id, id from payments.refunds
             where status = 'processing' and asked_at < now() - ${`${ageSeconds} seconds`}::interval
             order by asked_at limit ${limit} for no key update skip locked) due, payments.payments p
     where r.user_id = due.user_id and r.id = due.id and p.user_id = r.user_id and p.id = r.payment_id
    returning r.user_id as "userId", r.id, r.payment_id as "paymentId", p.order_id as "orderId", p.provider, p.reference,
              r.amount::text as amount, r.currency, r.status, r.created_at as "createdAt"`;
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
}
