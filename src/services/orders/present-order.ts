import { money } from "../../shared/money.ts";
import { rfc3339 } from "../../shared/times.ts";
import type { OrderRow } from "./queries.ts";
import type { Order } from "./schemas.ts";

/** An order's row as the contract shows it. */
export function presentOrder(row: OrderRow): Order {
  const { currency } = row;
  const history = JSON.parse(row.history) as Order["history"];
  return {
    id: row.id,
    userId: row.userId,
    status: row.status,
    lines: JSON.parse(row.lines) as Order["lines"],
    subtotal: money(row.subtotal, currency),
    discount: money(row.discount, currency),
    shipping: money(row.shipping, currency),
    tax: money(row.tax, currency),
    total: money(row.total, currency),
    coupon: row.coupon,
    currency,
    shippingAddress:
      row.shippingAddress === null ? null : (JSON.parse(row.shippingAddress) as Order["shippingAddress"]),
    metadata: JSON.parse(row.metadata) as Order["metadata"],
    refunded: money(row.refunded, currency),
    createdAt: rfc3339(row.createdAt),
    updatedAt: rfc3339(row.updatedAt),
    expiresAt: row.status === "pending" ? rfc3339(row.expiresAt) : null,
    history: history.map((step) => ({ ...step, at: rfc3339(step.at) })),
  };
}
