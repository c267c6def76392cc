import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { eraseAccounts } from "./account-store.ts";
import { statusesBefore } from "./order-state.ts";

/** Orders stay and say nothing of the person; the cart goes, and nothing is taken of him any more. */
export const eraseBuyers: ApplyingConsumer<"user.erased"> = {
  service: "orders",
  name: "orders.erase",
  apply: (scope, tx, events) =>
    eraseAccounts(
      tx,
      events.map(({ key }) => key),
      statusesBefore("cancelled"),
      scope.traceparent,
    ),
};
