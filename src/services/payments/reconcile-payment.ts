import { UpstreamFailed } from "../../platform/fetch.ts";
import type { Scope } from "../../platform/scope.ts";
import { money } from "../../shared/money.ts";
import { rfc3339 } from "../../shared/times.ts";
import { providerNamed } from "./providers/choose-provider.ts";
import type { Charge, Provider } from "./providers/provider.ts";
import type { PaymentRow } from "./queries.ts";
import { settlePayment } from "./settle-payment.ts";

/**
 * Asks the provider what became of a payment whose answer we never had, and notes it.
 * @throws UpstreamFailed: the payment stays processing
 */
export async function reconcilePayment(scope: Scope, payment: PaymentRow): Promise<PaymentRow> {
  const provider = providerNamed(scope.deps.config, payment.provider);
  if (provider === undefined) throw new UpstreamFailed(`The provider ${payment.provider} is not configured.`);
  const charge = (await provider.find(payment.id)) ?? (await chargeAgain(scope, provider, payment));
  return await settlePayment(scope, payment, charge);
}

/**
 * The provider never heard of it: it is charged now, unless its order can no longer be paid. Then it fails, once the
 * provider would surely know of a charge.
 */
async function chargeAgain(scope: Scope, provider: Provider, payment: PaymentRow): Promise<Charge> {
  const { userId, orderId, id: paymentId, method: paymentMethod } = payment;
  const amount = money(payment.amount, payment.currency);
  const order = await scope.deps.ports.orders.payable(scope, userId, orderId);
  if (order?.payable) return await provider.charge({ paymentId, amount, paymentMethod });
  const ageSeconds = (Date.now() - Date.parse(rfc3339(payment.createdAt))) / 1000;
  if (ageSeconds < provider.findsWithinSeconds) return { status: "processing", amount, reference: null };
  return { status: "failed", amount, reference: null, failureCode: "order-ended" };
}
