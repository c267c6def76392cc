import type { OrdersPort } from "../../contracts/ports.ts";
import { forWriting, onPrimary, type Scope } from "../../platform/scope.ts";
import { money } from "../../shared/money.ts";
import { closeAccount } from "./account-store.ts";
import { handOverOrders } from "./hand-over-orders.ts";
import { payableOrder, statusesOf } from "./queries.ts";

/** Longer than what was begun before its session ended can last. */
const closedSeconds = 60;

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
  closeAccount: (scope, userId) => {
    const { traceparent } = scope;
    return closeAccount(forWriting(scope, "orders"), userId, {
      seconds: closedSeconds,
      open: ["paid", "shipped"],
      traceparent,
    });
  },
  handOverOrders,
};
