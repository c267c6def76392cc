import type { Event } from "../../contracts/events.ts";
import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { onPrimary } from "../../platform/scope.ts";
import { refundsInFlight } from "./refunds/queries.ts";
import { askForRefunds } from "./refunds/refund-payment.ts";
import { noteRefunds } from "./store.ts";

type Ended = "order.cancelled" | "order.expired";

/**
 * What was captured for an order that ended goes back, always: the refund is noted with the event, then the provider is
 * asked. Where that is lost, the reconciliation asks.
 */
export const refundEndedOrders: ApplyingConsumer<Ended> = {
  service: "payments",
  name: "payments.refund",
  apply: (_scope, tx, events) => noteRefunds(tx, events.map(orderOf)),
  afterwards: async (scope, events) => {
    const refunds = await refundsInFlight(onPrimary(scope, "payments"), events.map(orderOf));
    // Behind the answer to the queue, whose attempt would not wait for a slow provider.
    scope.deps.background(askForRefunds(scope, refunds));
  },
};

function orderOf({ key, data }: Event<Ended>) {
  return { userId: data.userId, orderId: key };
}
