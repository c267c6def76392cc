import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { eraseInEvents } from "../../platform/events/erased.ts";
import { deletePersons } from "./store.ts";

/** Whom to write to and what was told; what is still to be mailed finds nobody. */
export const erasePersons: ApplyingConsumer<"user.erased"> = {
  service: "notifications",
  name: "notifications.erase",
  apply: async (_scope, tx, events) => {
    const userIds = events.map(({ key }) => key);
    await eraseInEvents(tx, userIds);
    await deletePersons(tx, userIds);
  },
};
