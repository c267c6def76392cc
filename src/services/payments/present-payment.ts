import { money } from "../../shared/money.ts";
import { rfc3339 } from "../../shared/times.ts";
import type { PaymentRow } from "./queries.ts";
import type { Payment } from "./schemas.ts";

/** A payment's row as the contract shows it. */
export function presentPayment(row: PaymentRow): Payment {
  return {
    id: row.id,
    orderId: row.orderId,
    amount: money(row.amount, row.currency),
    status: row.status,
    ...(row.failureCode === null ? {} : { failureCode: row.failureCode }),
    refunded: money(row.refunded, row.currency),
    createdAt: rfc3339(row.createdAt),
  };
}
