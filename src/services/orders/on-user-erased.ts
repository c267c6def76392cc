import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { statusesBefore } from "./order-state.ts";
import { erase } from "./store.ts";

/** Orders stay and say nothing of the person; the cart goes, and nothing is taken of him any more. */
export const eraseBuyers: ApplyingConsumer<"user.erased"> = {
  service: "orders",
  name: "orders.erase",
  apply: (scope, tx, events) =>
    erase(
      tx,
      events.map(({ key }) => key),
      statusesBefore("cancelled"),
      scope.traceparent,
    ),
};
