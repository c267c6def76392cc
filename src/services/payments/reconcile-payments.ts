import { UpstreamFailed } from "../../platform/fetch.ts";
import { describeError } from "../../platform/log.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { reconcilePayment } from "./reconcile-payment.ts";
import { refundPayment } from "./refunds/refund-payment.ts";
import { takeSilentPayments, takeSilentRefunds } from "./store.ts";

/** Webhooks come sooner; what is older has lost its answer. */
const silentSeconds = 10;
const width = 10;
const roundsMax = 100;

/**
 * Asks the providers about payments and refunds that have been processing for long: the answer, the webhook or the whole
 * request was lost. Safe to run anywhere at any time; stops where a provider fails, and goes on at its next run.
 */
export async function reconcilePayments(scope: Scope): Promise<void> {
  const db = forWriting(scope, "payments");
  await inRounds(scope, () => takeSilentPayments(db, silentSeconds, width), reconcilePayment);
  await inRounds(scope, () => takeSilentRefunds(db, silentSeconds, width), refundPayment);
}

async function inRounds<Row extends { readonly id: string }>(
  scope: Scope,
  take: () => Promise<readonly Row[]>,
  ask: (scope: Scope, row: Row) => Promise<unknown>,
): Promise<void> {
  for (let round = 0; round < roundsMax; round++) {
    const rows = await take();
    const asked = await Promise.allSettled(rows.map((row) => ask(scope, row)));
    const failures = asked.flatMap((one, index) =>
      one.status === "rejected" ? [{ id: rows[index]?.id, error: one.reason as unknown }] : [],
    );
    for (const { id, error } of failures) scope.log.warn("not reconciled", { id, ...describeError(error) });
    if (rows.length < width || failures.some(({ error }) => error instanceof UpstreamFailed)) return;
  }
}
