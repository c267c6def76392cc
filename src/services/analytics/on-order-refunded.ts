import { counting } from "./facts.ts";

/** A refund counts when it is made; one of money that was never earned does not. */
export const countRefunds = counting<"order.refunded">("analytics.refunds", ({ data }) => ({
  userId: data.userId,
  revenue: data.wasPaid ? -data.amount.amount : 0,
}));
