import type { PaymentOfOrder, PaymentsPort } from "../../contracts/ports.ts";
import type { Handle } from "../../platform/database.ts";
import { handedOver } from "../../platform/handed-over.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { highestUuid, lowestUuid } from "../../shared/ids.ts";
import { presentPayment } from "./present-payment.ts";
import { ordersBeingPaid, type PaymentRow, paymentsBehind, paymentsPage } from "./queries.ts";
import { presentRefund } from "./refunds/present-refund.ts";
import { refundsOfPayments } from "./refunds/queries.ts";

/** A payment younger than this may still be captured: its order waits for it. */
const youngSeconds = 120;
/** More tries than anybody makes to pay an order; as many refunds of each. */
const listedMax = 100;

/** What other services may ask of payments at once; each answer is the primary's. */
export const paymentsPort: PaymentsPort<Scope> = {
  beingPaid: async (scope, orders) =>
    orders.length === 0 ? new Set() : await ordersBeingPaid(onPrimary(scope, "payments"), orders, youngSeconds),
  paymentsOf: async (scope, userId, orderId) => {
    const db = onPrimary(scope, "payments");
    const first = { createdAt: "infinity", id: highestUuid };
    const payments = await paymentsPage(db).execute({ userId, orderId, ...first, limit: listedMax });
    return await withRefunds(db, userId, payments);
  },
  handOverPayments: async (scope, userId, after) => {
    const db = onPrimary(scope, "payments");
    const payments = await paymentsBehind(db).execute({ userId, after: after ?? lowestUuid, limit: listedMax });
    return handedOver(payments, listedMax, await withRefunds(db, userId, payments));
  },
};

async function withRefunds(db: Handle, userId: string, payments: readonly PaymentRow[]): Promise<PaymentOfOrder[]> {
  const ids = payments.map(({ id }) => id);
  const refunds = ids.length === 0 ? [] : await refundsOfPayments(db, userId, ids, listedMax);
  const byPayment = Map.groupBy(refunds, ({ paymentId }) => paymentId);
  return payments.map((row) => ({
    ...presentPayment(row),
    refunds: (byPayment.get(row.id) ?? []).map(presentRefund),
  }));
}
