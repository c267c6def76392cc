import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { endReservations } from "./store.ts";

/** The units of a cancelled or expired order come back; of one that was paid, too. */
export const releaseReservations: ApplyingConsumer<"order.cancelled" | "order.expired"> = {
  service: "inventory",
  name: "inventory.release",
  apply: async (_scope, tx, events) => {
    await endReservations(
      tx,
      events.map((event) => event.key),
      "released",
    );
  },
};
