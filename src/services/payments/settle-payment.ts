import type { Statement } from "../../platform/coalesce.ts";
import { databaseErrorCode } from "../../platform/database.ts";
import { repeatable } from "../../platform/repeat.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import type { Charge } from "./providers/provider.ts";
import type { PaymentRow } from "./queries.ts";
import { refundsInFlight } from "./refunds/queries.ts";
import { askForRefunds } from "./refunds/refund-payment.ts";
import * as store from "./store.ts";

/**
 * The one way by which a payment becomes captured or failed, whoever says so: the provider's answer, its webhook or the
 * reconciliation. Status, ledger entry and event commit together. What fits no arrow of the life cycle, and an amount
 * that is not ours, change nothing. Answers the payment as it stands now.
 */
export async function settlePayment(scope: Scope, payment: PaymentRow, charge: Charge): Promise<PaymentRow> {
  if (charge.status === "processing") return payment;
  const db = forWriting(scope, "payments");
  const { verdict, ...now } = await scope.deps.coalesce(settlements, {
    userId: payment.userId,
    id: payment.id,
    status: charge.status,
    amount: charge.amount.amount,
    currency: charge.amount.currency,
    reference: charge.reference,
    failureCode: charge.status === "failed" ? (charge.failureCode ?? "unknown") : null,
    traceparent: scope.traceparent,
  });
  const subject = { paymentId: payment.id, orderId: payment.orderId, provider: payment.provider };
  if (verdict === "amount-differs")
    scope.log.error("the provider names another amount than ours", { ...subject, says: charge.amount });
  if (verdict === "second-charge") {
    scope.log.error("a failed payment was charged while another pays its order; it is refunded", subject);
    await askForRefunds(scope, await refundsInFlight(db, [payment]));
  }
  return { ...payment, ...now };
}

/** Settlements, coalesced. Several of one payment share one answer. */
const settlements: Statement<store.Outcome, store.SettledRow> = {
  run: async (deps, outcomes) => {
    const settle = () => repeatable(() => store.settle(deps.databases.of("payments").primary(), outcomes));
    const rows = await settle().catch((error: unknown) => {
      // Another payment of one of the orders began in that moment: now it is seen.
      if (databaseErrorCode(error) === "23505") return settle();
      throw error;
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return outcomes.map(({ id }) => {
      const row = byId.get(id);
      if (row === undefined) throw new Error(`settle answered nothing for payment ${id}`);
      return row;
    });
  },
  itemsMax: 200,
  weigh: () => 1,
  weightMax: 200,
  waitingMax: 2000,
};
