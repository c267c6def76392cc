import type { OrderStatus } from "../../contracts/ports.ts";

/** An order's life (api.md 4): from each status, where it may go. */
export const orderState = {
  pending: ["paid", "cancelled", "expired"],
  paid: ["shipped", "cancelled", "refunded"],
  shipped: ["delivered", "refunded"],
  delivered: ["refunded"],
  cancelled: [],
  expired: [],
  refunded: [],
} as const satisfies Record<OrderStatus, readonly OrderStatus[]>;

/** The statuses from which an order may go to `to`. */
export function statusesBefore(to: OrderStatus): OrderStatus[] {
  const statuses = Object.keys(orderState) as OrderStatus[];
  return statuses.filter((from) => (orderState[from] as readonly OrderStatus[]).includes(to));
}
