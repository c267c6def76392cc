import { databaseDeps, requestScope } from "../support/database-deps.ts";
import { analyticsCalls } from "./calls/analytics.ts";
import type { Call } from "./calls/call.ts";
import { catalogCalls, listCalls, searchCalls } from "./calls/catalog.ts";
import { eventsCalls } from "./calls/events.ts";
import { administrationCalls, apiKeyCalls, identityCalls } from "./calls/identity.ts";
import { inventoryCalls } from "./calls/inventory.ts";
import { notificationsCalls, webhookCalls } from "./calls/notifications.ts";
import { couponCalls, ordersCalls } from "./calls/orders.ts";
import { paymentsCalls } from "./calls/payments.ts";
import { givenBy } from "./given.ts";
import { openWatched, type Plan, type WatchedDatabase } from "./watched-database.ts";

/** Every statement of the application, by name: service and function. */
const statements: Readonly<Record<string, Call>> = Object.fromEntries(
  Object.entries({
    identity: identityCalls,
    "identity.apiKeys": apiKeyCalls,
    "identity.administration": administrationCalls,
    catalog: catalogCalls,
    "catalog.list": listCalls,
    "catalog.search": searchCalls,
    inventory: inventoryCalls,
    orders: ordersCalls,
    "orders.coupons": couponCalls,
    payments: paymentsCalls,
    notifications: notificationsCalls,
    "notifications.webhooks": webhookCalls,
    analytics: analyticsCalls,
    events: eventsCalls,
  }).flatMap(([service, calls]) =>
    Object.entries<Call>(calls).map(([name, call]) => [`${service}.${name}`, call] as const),
  ),
);

/** Runs them all, one after another, and answers the plans of each. */
export async function runStatements({ url }: WatchedDatabase): Promise<ReadonlyMap<string, readonly Plan[]>> {
  const deps = databaseDeps(url, []);
  const db = openWatched(url);
  const watched = { name: "watched", primary: () => db, replicas: [] };
  const databases = { of: () => watched, all: () => [watched], close: async () => undefined };
  const bench = {
    db,
    scope: requestScope({ ...deps, databases }),
    given: givenBy(deps.databases.of("orders").primary()),
  };
  try {
    const plans = new Map<string, readonly Plan[]>();
    for (const [name, run] of Object.entries(statements)) {
      await run(bench);
      plans.set(name, db.takePlans());
    }
    return plans;
  } finally {
    await Promise.all([db.close(), deps.databases.close()]);
  }
}
