import { UpstreamFailed } from "../../platform/fetch.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { providerNamed } from "./providers/choose-provider.ts";
import type { Provider, ProviderMessage } from "./providers/provider.ts";
import { type PaymentRow, paymentOfProvider } from "./queries.ts";
import { refundById } from "./refunds/queries.ts";
import { settleRefund } from "./refunds/refund-payment.ts";
import { takeUnnamedRefund } from "./refunds/take-unnamed-refund.ts";
import { settlePayment } from "./settle-payment.ts";

/**
 * Takes what a provider says of a payment. A type or payment that we do not know, a duplicate and a late one change
 * nothing.
 * @throws Problem not-found for an unknown provider, signature-invalid
 */
export async function receiveWebhook(scope: Scope, providerName: string, headers: Headers, body: string) {
  const provider = providerNamed(scope.deps.config, providerName);
  if (provider === undefined) throw new Problem("not-found", "There is no such payment provider.");
  const message = await readWebhook(provider, headers, body);
  if (message === undefined)
    throw new Problem("signature-invalid", "The webhook is not signed with our secret, or is older than 5 minutes.");
  if (message.about !== "else") await take(scope, provider.name, message);
}

/** Where the provider must be asked what it means and is away, it shall send the webhook again. */
async function readWebhook(provider: Provider, headers: Headers, body: string): Promise<ProviderMessage | undefined> {
  try {
    return await provider.readWebhook(headers, body);
  } catch (cause) {
    if (!(cause instanceof UpstreamFailed)) throw cause;
    const [detail, retry] = ["The payment provider cannot be asked now.", { "Retry-After": "5" }];
    throw new Problem("service-unavailable", detail, { service: "payments" }, retry, { cause });
  }
}

type Concerning = Exclude<ProviderMessage, { about: "else" }>;
type RefundMessage = Extract<ProviderMessage, { about: "refund" }>;

async function take(scope: Scope, provider: string, message: Concerning): Promise<void> {
  const db = onPrimary(scope, "payments");
  const [payment] = await paymentOfProvider(db).execute({ id: message.paymentId, provider });
  if (payment === undefined) return scope.log.warn("a webhook names an unknown payment", { provider });
  if (message.about === "charge") {
    await settlePayment(scope, payment, message.charge);
    return;
  }
  await takeRefund(scope, payment, message);
}

/** Money went back, or did not. Of a refund that is not ours by name, see `takeUnnamedRefund`. */
async function takeRefund(scope: Scope, payment: PaymentRow, message: RefundMessage): Promise<void> {
  const { refundId, amount, status } = message;
  if (!refundId) return await takeUnnamedRefund(scope, payment, message);
  const { userId, provider } = payment;
  const [refund] = await refundById(onPrimary(scope, "payments")).execute({ userId, id: refundId });
  if (refund === undefined || refund.paymentId !== payment.id)
    return scope.log.warn("a webhook names an unknown refund", { provider });
  if (refund.amount !== amount.amount || refund.currency !== amount.currency)
    return scope.log.error("the provider names another amount of a refund than ours", { refundId, says: amount });
  if (refund.status === "processing") await settleRefund(scope, refund, status);
  else if (refund.status !== status)
    scope.log.error("the provider contradicts how a refund ended", { refundId, ended: refund.status, says: status });
}
