import { and, asc, desc, eq, gt, inArray, or, sql } from "drizzle-orm";
import { payments } from "../../../db/schema/payments.ts";
import { type Handle, pgArray, prepared } from "../../platform/database.ts";

const columns = {
  userId: payments.userId,
  id: payments.id,
  orderId: payments.orderId,
  provider: payments.provider,
  method: payments.method,
  bodyHash: payments.bodyHash,
  amount: payments.amount,
  currency: payments.currency,
  status: payments.status,
  failureCode: payments.failureCode,
  refunded: payments.refunded,
  createdAt: payments.createdAt,
};

const ofUser = eq(payments.userId, sql.placeholder("userId"));

export const paymentById = prepared((orm) =>
  orm
    .select(columns)
    .from(payments)
    .where(and(ofUser, eq(payments.id, sql.placeholder("id"))))
    .prepare("payment_by_id"),
);

export type PaymentRow = Awaited<ReturnType<ReturnType<typeof paymentById>["execute"]>>[number];

/** The payment that a provider names, whose user it does not know. */
export const paymentOfProvider = prepared((orm) =>
  orm
    .select(columns)
    .from(payments)
    .where(and(eq(payments.id, sql.placeholder("id")), eq(payments.provider, sql.placeholder("provider"))))
    .prepare("payment_of_provider"),
);

/** The payment that an administrator names, whose user he does not know. */
export const paymentOfAnyone = prepared((orm) =>
  orm
    .select(columns)
    .from(payments)
    .where(eq(payments.id, sql.placeholder("id")))
    .prepare("payment_of_anyone"),
);

/** What stands in the way of a new payment: the one of the same id, and the one that has the order. */
export const paymentsInTheWay = prepared((orm) =>
  orm
    .select(columns)
    .from(payments)
    .where(
      and(
        ofUser,
        or(
          eq(payments.id, sql.placeholder("id")),
          and(
            eq(payments.orderId, sql.placeholder("orderId")),
            inArray(payments.status, ["processing", "captured", "refunded"]),
          ),
        ),
      ),
    )
    .prepare("payments_in_the_way"),
);

/** An order's payments, newest first, behind (createdAt, id). The first page starts behind 'infinity'. */
export const paymentsPage = prepared((orm) =>
  orm
    .select(columns)
    .from(payments)
    .where(
      and(
        ofUser,
        eq(payments.orderId, sql.placeholder("orderId")),
        sql`(${payments.createdAt}, ${payments.id}) < (${sql.placeholder("createdAt")}::timestamptz, ${sql.placeholder("id")}::uuid)`,
      ),
    )
    .orderBy(desc(payments.createdAt), desc(payments.id))
    .limit(sql.placeholder("limit"))
    .prepare("payments_page"),
);

/** All of a user's payments, by id. */
export const paymentsBehind = prepared((orm) =>
  orm
    .select(columns)
    .from(payments)
    .where(and(ofUser, gt(payments.id, sql.placeholder("after"))))
    .orderBy(asc(payments.id))
    .limit(sql.placeholder("limit"))
    .prepare("payments_behind"),
);

export interface OrderKey {
  readonly userId: string;
  readonly orderId: string;
}

/** Those of the orders for which a payment of at most this age is processing. */
export async function ordersBeingPaid(
  { sql: tagged }: Handle,
  orders: readonly OrderKey[],
  ageSeconds: number,
): Promise<ReadonlySet<string>> {
  const rows = await tagged<{ orderId: string }[]>`
    select k.order_id as "orderId"
      from unnest(${pgArray(orders.map((order) => order.userId))}::uuid[], ${pgArray(orders.map((order) => order.orderId))}::uuid[])
           k(user_id, order_id)
     cross join lateral (
       select status, created_at from payments.payments
        where user_id = k.user_id and order_id = k.order_id and status in ('processing', 'captured') limit 1) p
     where p.status = 'processing' and p.created_at > now() - ${`${ageSeconds} seconds`}::interval`;
  return new Set(rows.map((row) => row.orderId));
}
