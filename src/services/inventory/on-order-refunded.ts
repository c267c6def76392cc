import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { endReservations, restock } from "./store.ts";

/** The units of a refund with `restock` come back, once an order, however many refunds it has. */
export const restockReturns: ApplyingConsumer<"order.refunded"> = {
  service: "inventory",
  name: "inventory.restock",
  apply: async (_scope, tx, events) => {
    const returns = events
      .filter(({ data }) => data.restock)
      .map(({ key, data }) => ({ orderId: key, skus: data.lines.map(({ sku }) => sku) }));
    if (returns.length === 0) return;
    // Only what was sold can come back: where `order.paid` is still on its way, it has its effect now.
    await endReservations(
      tx,
      returns.map(({ orderId }) => orderId),
      "committed",
    );
    await restock(tx, returns);
  },
};
