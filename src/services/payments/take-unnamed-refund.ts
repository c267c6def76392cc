import { derivedId } from "../../platform/hash.ts";
import { forWriting, onPrimary, type Scope } from "../../platform/scope.ts";
import type { Money } from "../../shared/money.ts";
import { type PaymentRow, refundById, refundInFlight } from "./queries.ts";
import { settleRefund } from "./refund-payment.ts";
import { beginRefund } from "./store.ts";

/**
 * The provider says that money of a payment went back, and not by which refund: the oldest of that amount on its way, or
 * one that it made by itself. Of these only the whole amount of a captured payment is believed (captured -> refunded);
 * anything else changes nothing and alerts.
 */
export async function takeUnnamedRefund(scope: Scope, payment: PaymentRow, amount: Money): Promise<void> {
  const { userId, id: paymentId, status } = payment;
  const db = onPrimary(scope, "payments");
  const [inFlight] = await refundInFlight(db).execute({ userId, paymentId, ...amount });
  if (inFlight !== undefined) return await settleRefund(scope, inFlight, "succeeded");
  if (status !== "captured") return;
  const isWhole = amount.amount === payment.amount && amount.currency === payment.currency;
  const id = derivedId("refund", paymentId, "by the provider");
  const own = { userId, paymentId, id, amount: amount.amount, restock: false, bodyHash: "provider" };
  const begun = isWhole && (await beginRefund(forWriting(scope, "payments").sql, { ...own, reason: "provider" }));
  if (!begun || (begun.verdict !== "begun" && begun.verdict !== "there"))
    return scope.log.error("the provider gave back what nobody asked it to", { paymentId, says: amount });
  const [refund] = await refundById(db).execute({ userId, id });
  if (refund !== undefined) await settleRefund(scope, refund, "succeeded");
}
