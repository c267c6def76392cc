import { derivedId } from "../../../platform/hash.ts";
import { forWriting, onPrimary, type Scope } from "../../../platform/scope.ts";
import type { ProviderMessage } from "../providers/provider.ts";
import type { PaymentRow } from "../queries.ts";
import { beginRefund } from "../store.ts";
import { refundById, refundInFlight } from "./queries.ts";
import { settleRefund } from "./refund-payment.ts";

type RefundMessage = Extract<ProviderMessage, { about: "refund" }>;

/**
 * The provider says that money of a payment went back, and by no refund of ours: the oldest of that amount on its way,
 * where it does not say which, or one that was made at the provider. Of these only the whole amount of a captured payment
 * is believed (captured -> refunded); anything else changes nothing and alerts.
 */
export async function takeUnnamedRefund(scope: Scope, payment: PaymentRow, message: RefundMessage): Promise<void> {
  const { userId, id: paymentId, status } = payment;
  const { amount, refundId } = message;
  if (message.status === "failed") return;
  const db = onPrimary(scope, "payments");
  const [inFlight] = refundId === null ? [] : await refundInFlight(db).execute({ userId, paymentId, ...amount });
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
