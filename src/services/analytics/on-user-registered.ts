import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { counting } from "./facts.ts";
import { keepRegions } from "./store.ts";

export const countNewUsers = counting<"user.registered">("analytics.new-users", ({ key, data }) => ({
  userId: key,
  region: data.region,
  newUsers: 1,
}));

/** Where a user's orders count, by the newest that is known of the user. */
export const rememberRegions: ApplyingConsumer<"user.registered" | "user.updated"> = {
  service: "analytics",
  name: "analytics.region",
  apply: (_scope, tx, events) =>
    keepRegions(
      tx,
      events.map(({ key, version, data }) => ({ userId: key, region: data.region, version })),
    ),
};
