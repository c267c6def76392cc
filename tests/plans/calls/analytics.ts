import { randomUUID } from "node:crypto";
import * as queries from "../../../src/services/analytics/queries.ts";
import { segmentsOf } from "../../../src/services/analytics/segments.ts";
import * as store from "../../../src/services/analytics/store.ts";
import type { CallsOf } from "./call.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** Days, hours around them, and single events at both ends. */
const month = () => segmentsOf(new Date(Date.now() - 30 * dayMs), new Date());

export const analyticsCalls: CallsOf<typeof queries & typeof store> = {
  figuresByRegion: ({ db }) => queries.figuresByRegion(db, month()),
  salesIn: ({ db }) => queries.salesIn(db, month()),
  appendEvents: ({ db }) => db.sql.begin((tx) => store.appendEvents(tx, "main", [paid()])),
  keepRegions: ({ db }) =>
    db.sql.begin((tx) => store.keepRegions(tx, [{ userId: randomUUID(), region: "main", version: 1 }])),
  forgetUsers: async ({ db }) => {
    const event = paid();
    await db.sql.begin((tx) => store.appendEvents(tx, "main", [event]));
    await db.sql.begin((tx) => store.forgetUsers(tx, [event.userId]));
  },
  nameSkus: ({ db }) =>
    db.sql.begin((tx) =>
      store.nameSkus(tx, [{ sku: `new-${randomUUID()}`, name: "New", category: "new", eventId: Bun.randomUUIDv7() }]),
    ),
  rollUpRound: async ({ db }) => {
    await store.rollUpRound(db, 0, 500);
    await db.sql`select analytics.rebuild_roll_ups()`;
    await store.rollUpRound(db, 0, 500);
  },
};

function paid() {
  const lines = [{ sku: "given", quantity: 1, amount: 1000 }];
  const ids = { userId: randomUUID(), key: randomUUID(), id: Bun.randomUUIDv7() };
  return { ...ids, type: "order.paid", orders: 1, revenue: 1000, lines };
}
