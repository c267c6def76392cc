import { and, desc, eq, sql } from "drizzle-orm";
import { payments, refunds } from "../../../../db/schema/payments.ts";
import { type Handle, type Orm, pgArray, prepared } from "../../../platform/database.ts";
import type { OrderKey } from "../queries.ts";

/** A refund and the charge that it gives back. */
const refundColumns = {
  userId: refunds.userId,
  id: refunds.id,
  paymentId: refunds.paymentId,
  orderId: payments.orderId,
  provider: payments.provider,
  reference: payments.reference,
  amount: refunds.amount,
  currency: refunds.currency,
  status: refunds.status,
  createdAt: refunds.createdAt,
};

const paymentOfRefund = and(eq(payments.userId, refunds.userId), eq(payments.id, refunds.paymentId));

const selectRefunds = (orm: Orm) => orm.select(refundColumns).from(refunds).innerJoin(payments, paymentOfRefund);

/** A payment's refund by its id. */
export const refundById = prepared((orm) =>
  selectRefunds(orm)
    .where(and(eq(refunds.userId, sql.placeholder("userId")), eq(refunds.id, sql.placeholder("id"))))
    .prepare("refund_by_id"),
);

export type RefundRow = Awaited<ReturnType<ReturnType<typeof refundById>["execute"]>>[number];

/** A payment's refunds, newest first, behind (createdAt, id). The first page starts behind 'infinity'. */
export const refundsPage = prepared((orm) =>
  selectRefunds(orm)
    .where(
      and(
        eq(refunds.userId, sql.placeholder("userId")),
        eq(refunds.paymentId, sql.placeholder("paymentId")),
        sql`(${refunds.createdAt}, ${refunds.id}) < (${sql.placeholder("createdAt")}::timestamptz, ${sql.placeholder("id")}::uuid)`,
      ),
    )
    .orderBy(desc(refunds.createdAt), desc(refunds.id))
    .limit(sql.placeholder("limit"))
    .prepare("refunds_page"),
);

/** The payment's oldest refund of this amount that the provider has not ended yet. */
export const refundInFlight = prepared((orm) =>
  selectRefunds(orm)
    .where(
      and(
        eq(refunds.userId, sql.placeholder("userId")),
        eq(refunds.paymentId, sql.placeholder("paymentId")),
        eq(refunds.amount, sql.placeholder("amount")),
        eq(refunds.currency, sql.placeholder("currency")),
        eq(refunds.status, "processing"),
      ),
    )
    .orderBy(refunds.createdAt, refunds.id)
    .limit(1)
    .prepare("refund_in_flight"),
);

/** The refunds of these orders that the provider has not ended yet. */
export async function refundsInFlight({ sql: tagged }: Handle, orders: readonly OrderKey[]): Promise<RefundRow[]> {
  // By the LIMIT the planner expects few orders and looks each up, whatever it knows of the tables.
  const rows = await tagged<(Omit<RefundRow, "amount"> & { amount: string })[]>`
    select r.user_id as "userId", r.id, r.payment_id as "paymentId", p.order_id as "orderId", p.provider, p.reference,
           r.amount::text as amount, r.currency, r.status, r.created_at as "createdAt"
      from (select user_id, order_id
              from unnest(${pgArray(orders.map((order) => order.userId))}::uuid[], ${pgArray(orders.map((order) => order.orderId))}::uuid[])
                   k(user_id, order_id)
             limit ${orders.length}) k
      join payments.payments p using (user_id, order_id)
      join payments.refunds r on r.user_id = p.user_id and r.payment_id = p.id
     where r.status = 'processing'`;
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
}

/** The newest refunds of a user's payments, at most `limit` of each. */
export async function refundsOfPayments(
  { sql: tagged }: Handle,
  userId: string,
  paymentIds: readonly string[],
  limit: number,
): Promise<Pick<RefundRow, "id" | "paymentId" | "amount" | "currency" | "status" | "createdAt">[]> {
  const rows = await tagged<(Omit<RefundRow, "amount"> & { amount: string })[]>`
    select r.id, r.payment_id as "paymentId", r.amount::text as amount, r.currency, r.status, r.created_at as "createdAt"
      from unnest(${pgArray(paymentIds)}::uuid[]) k(payment_id)
     cross join lateral (
       select id, payment_id, amount, currency, status, created_at from payments.refunds
        where user_id = ${userId} and payment_id = k.payment_id order by created_at desc, id desc limit ${limit}) r`;
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
}
