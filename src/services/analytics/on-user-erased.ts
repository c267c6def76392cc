import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { eraseInEvents } from "../../platform/events/erased.ts";
import { forgetUsers } from "./store.ts";

/** The figures stay as they are; in whose name they stand is forgotten. */
export const forgetPersons: ApplyingConsumer<"user.erased"> = {
  service: "analytics",
  name: "analytics.erase",
  apply: async (_scope, tx, events) => {
    const userIds = events.map(({ key }) => key);
    await eraseInEvents(tx, userIds);
    await forgetUsers(tx, userIds);
  },
};
