import { money } from "../../../shared/money.ts";
import { rfc3339 } from "../../../shared/times.ts";
import type { Refund } from "../schemas.ts";
import type { RefundRow } from "./queries.ts";

type Shown = Pick<RefundRow, "id" | "paymentId" | "amount" | "currency" | "status" | "createdAt">;

/** A refund's row as the contract shows it. */
export function presentRefund({ id, paymentId, amount, currency, status, createdAt }: Shown): Refund {
  return { id, paymentId, amount: money(amount, currency), status, createdAt: rfc3339(createdAt) };
}
