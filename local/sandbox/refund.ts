import type { Database } from "bun:sqlite";
import type { Charge, Money } from "./charge.ts";
import { addWebhook } from "./webhooks.ts";

type RefundRequest = { refundId: string; paymentId: string; amount: Money; webhookUrl: string };
type Refund = { refundId: string; status: "succeeded" | "failed"; failureCode: string | null };

/** Refunds once for a refundId, never more than was captured. Undefined where no such charge is final yet. */
export function refund(database: Database, request: RefundRequest): Refund | undefined {
  return database
    .transaction(() => {
      const before = database.query<Refund, [string]>("select * from refunds where refundId = ?").get(request.refundId);
      if (before) return before;
      const charge = database
        .query<Charge, [string]>("select * from charges where paymentId = ?")
        .get(request.paymentId);
      if (!charge || charge.status === "processing") return undefined;
      const failureCode = refusal(database, charge, request.amount);
      const made: Refund = { refundId: request.refundId, status: failureCode ? "failed" : "succeeded", failureCode };
      database
        .query(`insert into refunds (refundId, paymentId, amount, currency, status, failureCode)
          values ($refundId, $paymentId, $amount, $currency, $status, $failureCode)`)
        .run({ ...made, paymentId: request.paymentId, ...request.amount });
      const { paymentId, amount, webhookUrl } = request;
      const data = { paymentId, refundId: made.refundId, reference: charge.reference, amount };
      if (made.status === "succeeded") addWebhook(database, webhookUrl, "payment.refunded", data);
      return made;
    })
    .immediate();
}

function refusal(database: Database, charge: Charge, { amount, currency }: Money): string | null {
  if (charge.status !== "captured") return "not-captured";
  if (charge.currency !== currency) return "currency-mismatch";
  const row = database
    .query<{ sum: number }, [string]>(
      "select coalesce(sum(amount), 0) sum from refunds where paymentId = ? and status = 'succeeded'",
    )
    .get(charge.paymentId);
  return (row?.sum ?? 0) + amount > charge.amount ? "exceeds-captured" : null;
}
