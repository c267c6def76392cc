import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { endReservations } from "./store.ts";

/** A paid order's units are sold. */
export const commitReservations: ApplyingConsumer<"order.paid"> = {
  service: "inventory",
  name: "inventory.commit",
  apply: async (_scope, tx, events) => {
    await endReservations(
      tx,
      events.map((event) => event.key),
      "committed",
    );
  },
};
