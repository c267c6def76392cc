import { UpstreamFailed } from "../../../platform/fetch.ts";
import { describeError } from "../../../platform/log.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { money } from "../../../shared/money.ts";
import { providerNamed } from "../providers/choose-provider.ts";
import { endRefund } from "../store.ts";
import type { RefundRow } from "./queries.ts";

/**
 * Asks the provider for a refund that was noted before, and ends it as it answers. Asking again is harmless: the refund's
 * id is the provider's idempotency key.
 * @throws UpstreamFailed: the refund stays processing and is asked for again by the reconciliation
 */
export async function refundPayment(scope: Scope, refund: RefundRow): Promise<void> {
  const provider = providerNamed(scope.deps.config, refund.provider);
  if (provider === undefined) throw new UpstreamFailed(`The provider ${refund.provider} is not configured.`);
  const { id: refundId, paymentId, reference, amount, currency } = refund;
  const status = await provider.refund({ refundId, paymentId, reference, amount: money(amount, currency) });
  if (status !== "processing") await settleRefund(scope, refund, status);
}

/** The one way by which a refund ends: its sums, ledger entry and event commit together, once. */
export async function settleRefund(scope: Scope, refund: RefundRow, status: "succeeded" | "failed"): Promise<void> {
  const ended = await endRefund(forWriting(scope, "payments"), refund, status, scope.traceparent);
  if (ended && status === "failed")
    scope.log.error("the provider refused a refund: the customer's money is still with it", {
      refundId: refund.id,
      paymentId: refund.paymentId,
      provider: refund.provider,
    });
}

/** Asks for each; stops where the provider fails, since the reconciliation asks for the rest. */
export async function askForRefunds(scope: Scope, refunds: readonly RefundRow[]): Promise<void> {
  try {
    for (const refund of refunds) await refundPayment(scope, refund);
  } catch (error) {
    if (!(error instanceof UpstreamFailed)) throw error;
    scope.log.warn("refunds left processing", describeError(error));
  }
}
