import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { canonicalJson, derivedId, sha256 } from "../../../platform/hash.ts";
import { forWriting, onPrimary, type Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { money } from "../../../shared/money.ts";
import { type PaymentRow, paymentOfAnyone } from "../queries.ts";
import type { Refund, RefundInput } from "../schemas.ts";
import { type BegunRefund, beginRefund, type NewRefund } from "../store.ts";
import { presentRefund } from "./present-refund.ts";
import { type RefundRow, refundById } from "./queries.ts";
import { askForRefunds } from "./refund-payment.ts";

/**
 * Gives back a part of a payment, or all that is left of it: notes the refund, asks the provider, notes its answer. A
 * copy in flight and a replay ask the provider about the same id, so money goes back once. A provider that is silent
 * leaves the refund processing: its webhook or the reconciliation ends it.
 * @throws Problem not-found, currency-mismatch, idempotency-key-reused, payment-state, refund-exceeds-captured
 */
export async function requestRefund(
  scope: Scope,
  paymentId: string,
  idempotencyKey: string,
  input: RefundInput,
): Promise<{ readonly refund: Refund; readonly replayed: boolean }> {
  const [payment] = await paymentOfAnyone(onPrimary(scope, "payments")).execute({ id: paymentId });
  if (payment === undefined) throw new Problem("not-found", "There is no such payment.");
  const { userId, currency } = payment;
  if (input.amount !== undefined && input.amount.currency !== currency)
    throw new Problem("currency-mismatch", `The payment is in ${currency}, not ${input.amount.currency}.`);
  const id = derivedId("refund", paymentId, idempotencyKey);
  const { amount: asked, restock } = input;
  const { verdict, refundable } = await beginRecorded(scope, {
    ...{ userId, paymentId, id, amount: asked?.amount ?? null, restock },
    bodyHash: sha256(canonicalJson(input)),
  });
  if (verdict !== "begun" && verdict !== "there") throw refusal(verdict, payment, refundable);
  const begun = await refundOf(scope, userId, id);
  if (begun.status === "processing") await askForRefunds(scope, [begun]);
  return { refund: presentRefund(await refundOf(scope, userId, id)), replayed: verdict === "there" };
}

async function beginRecorded(scope: Scope, refund: Omit<NewRefund, "reason">): Promise<BegunRefund> {
  const { id, paymentId, amount, restock } = refund;
  const target = { type: "payment", id: paymentId };
  const record = auditEvent(scope, { action: "refund.begun", target, detail: { refund: id, amount, restock } });
  return await forWriting(scope, "payments").sql.begin(async (tx) => {
    const begun = await beginRefund(tx, { ...refund, reason: "asked" });
    if (begun.verdict === "begun") await appendEvents(tx, scope, [record]);
    return begun;
  });
}

async function refundOf(scope: Scope, userId: string, id: string): Promise<RefundRow> {
  const [refund] = await refundById(onPrimary(scope, "payments")).execute({ userId, id });
  if (refund === undefined) throw new Error(`The refund ${id} vanished.`);
  return refund;
}

function refusal(
  verdict: "other-body" | "payment-state" | "exceeds",
  { status, currency }: PaymentRow,
  refundable: number,
): Problem {
  if (verdict === "other-body")
    return new Problem("idempotency-key-reused", "This Idempotency-Key was used with another body; use a new key.");
  if (verdict === "payment-state")
    return new Problem("payment-state", `Of a payment that is ${status} nothing was captured.`);
  const left = money(refundable, currency);
  return new Problem("refund-exceeds-captured", "Not so much is left of what was captured.", { refundable: left });
}
