import type { OrdersPort } from "../../contracts/ports.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { money } from "../../shared/money.ts";
import { payableOrder, statusesOf } from "./queries.ts";

/** What other services may ask of orders at once; each answer is the primary's. */
export const ordersPort: OrdersPort<Scope> = {
  payable: async (scope, userId, orderId) => {
    const row = await payableOrder(onPrimary(scope, "orders"), userId, orderId);
    return row && { total: money(Number(row.total), row.currency), status: row.status, payable: row.payable };
  },
  statusOf: async (scope, orders) => {
    if (orders.length === 0) return new Map();
    const rows = await statusesOf(onPrimary(scope, "orders"), orders);
    return new Map(rows.map((row) => [row.id, row.status]));
  },
};
