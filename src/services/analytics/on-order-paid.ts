import { counting } from "./facts.ts";

/** An order counts once it is paid. */
export const countSales = counting<"order.paid">("analytics.sales", ({ data }) => ({
  userId: data.userId,
  orders: 1,
  revenue: data.total.amount,
  lines: data.lines.map(({ sku, quantity, total }) => ({ sku, quantity, amount: total.amount })),
}));
