import { counting } from "./facts.ts";

export const countPlacedOrders = counting<"order.placed">("analytics.placed", ({ data }) => ({
  userId: data.userId,
  placed: 1,
}));
