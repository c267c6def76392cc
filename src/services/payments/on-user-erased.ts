import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { forgetMethods } from "./store.ts";

/**
 * The books stay, for they name nobody: ids, sums and the provider's references. How somebody paid goes. A payment that is
 * still processing needs it no more, since its order has ended.
 */
export const forgetMeans: ApplyingConsumer<"user.erased"> = {
  service: "payments",
  name: "payments.erase",
  apply: (_scope, tx, events) =>
    forgetMethods(
      tx,
      events.map(({ key }) => key),
    ),
};
