import type { PayableOrder } from "../../contracts/ports.ts";
import { UpstreamFailed } from "../../platform/fetch.ts";
import { canonicalJson, derivedId, sha256 } from "../../platform/hash.ts";
import { describeError } from "../../platform/log.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { notAllowed, Problem } from "../../shared/errors.ts";
import { money } from "../../shared/money.ts";
import { beginnings } from "./beginnings.ts";
import { presentPayment } from "./present-payment.ts";
import { chooseProvider } from "./providers/choose-provider.ts";
import type { Provider } from "./providers/provider.ts";
import { type PaymentRow, paymentsInTheWay } from "./queries.ts";
import { reconcilePayment } from "./reconcile-payment.ts";
import type { Payment, PayOrderInput } from "./schemas.ts";
import { settlePayment } from "./settle-payment.ts";
import type { NewPayment } from "./store.ts";

const attemptsMax = 3;

/** A payment that is there, and whether the same request had begun it before. */
interface Begun {
  readonly payment: PaymentRow;
  readonly replayed: boolean;
}

/**
 * Pays an order: begins the payment, asks the provider, notes its answer. A copy in flight and a replay of a payment
 * still processing ask the provider about the same id, so all answer the same and one charge is made. A provider that is
 * silent or down leaves the payment processing: its webhook or the reconciliation ends it.
 * @throws Problem not-found, order-state, payment-in-progress, idempotency-key-reused
 */
export async function payOrder(
  scope: Scope,
  userId: string,
  orderId: string,
  idempotencyKey: string,
  input: PayOrderInput,
): Promise<{ readonly payment: Payment; readonly replayed: boolean }> {
  const provider = chooseProvider(scope.deps.config);
  if (!provider.accepts(input.paymentMethod))
    throw notAllowed({ path: "paymentMethod", message: "not a method of the payment provider" });
  const order = await scope.deps.ports.orders.payable(scope, userId, orderId);
  if (order === undefined) throw new Problem("not-found", "There is no such order of yours.");
  const begun = await begin(scope, order, {
    userId,
    id: derivedId("payment", orderId, idempotencyKey),
    orderId,
    provider: provider.name,
    method: input.paymentMethod,
    bodyHash: sha256(canonicalJson(input)),
    amount: order.total.amount,
    currency: order.total.currency,
  });
  return { payment: presentPayment(await outcome(scope, provider, begun)), replayed: begun.replayed };
}

/** Before any refusal the payment of this key is looked up: if it is there, it is the answer. */
async function begin(scope: Scope, order: PayableOrder, wanted: NewPayment): Promise<Begun> {
  const db = forWriting(scope, "payments");
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const createdAt = order.payable ? await scope.deps.coalesce(beginnings, wanted) : undefined;
    if (createdAt !== undefined)
      return {
        payment: { ...wanted, status: "processing", failureCode: null, refunded: 0, createdAt },
        replayed: false,
      };
    const inTheWay = await paymentsInTheWay(db).execute(wanted);
    const same = inTheWay.find(({ id }) => id === wanted.id);
    if (same !== undefined) return replay(same, wanted);
    const [other] = inTheWay;
    if (!order.payable || (other !== undefined && other.status !== "processing")) throw notPayable(order);
    if (other !== undefined) break;
    // The other payment has failed meanwhile: the order is free again.
  }
  throw new Problem("payment-in-progress", "Another payment of this order is being processed; wait for its outcome.");
}

function replay(payment: PaymentRow, { bodyHash }: NewPayment): Begun {
  if (payment.bodyHash === bodyHash) return { payment, replayed: true };
  throw new Problem("idempotency-key-reused", "This Idempotency-Key was used with another body; use a new key.");
}

async function outcome(scope: Scope, provider: Provider, { payment, replayed }: Begun): Promise<PaymentRow> {
  if (payment.status !== "processing") return payment;
  const { id: paymentId, amount, currency, method } = payment;
  try {
    if (replayed) return await reconcilePayment(scope, payment);
    const charge = await provider.charge({ paymentId, amount: money(amount, currency), paymentMethod: method });
    return await settlePayment(scope, payment, charge);
  } catch (error) {
    if (!(error instanceof UpstreamFailed)) throw error;
    scope.log.warn("payment left processing", { paymentId, ...describeError(error) });
    return payment;
  }
}

function notPayable({ status, payable }: PayableOrder): Problem {
  const detail =
    payable || status !== "pending"
      ? "An order that is paid or ended cannot be paid."
      : "The order's time to be paid is over.";
  return new Problem("order-state", detail, { orderStatus: status });
}
