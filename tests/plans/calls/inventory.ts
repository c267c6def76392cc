import { randomUUID } from "node:crypto";
import * as queries from "../../../src/services/inventory/queries.ts";
import * as store from "../../../src/services/inventory/store.ts";
import { hold, reservationOf } from "../given.ts";
import type { CallsOf } from "./call.ts";

export const inventoryCalls: CallsOf<typeof queries & typeof store> = {
  stockBySku: async ({ db, given }) => queries.stockBySku(db).execute({ sku: await given.stock(1) }),
  stockPage: ({ db }) => queries.stockPage(db).execute({ after: "", limit: 21 }),
  reservationsBehindCursor: ({ db }) => queries.reservationsBehindCursor(db, "grace", 60, 500),
  reserve: async ({ db, given }) => {
    const scarce = await given.stock(1);
    const [plenty, other] = [await given.stock(9), await given.stock(9)];
    const reserve = (...orders: string[][]) => store.reserve(db, orders.map(reservationOf), hold);
    // The short path: the last unit taken, then refused, then lost to another. The long one: orders of which one is refused.
    for (const sku of [plenty, scarce, scarce]) await reserve([sku]);
    const last = await given.stock(1);
    await given.takenMeanwhile(last, () => reserve([last]));
    await reserve([plenty, other], [other], [scarce, plenty]);
  },
  endReservations: async ({ db, given }) => {
    const { orderId } = await given.reservation(2);
    await store.endReservations(db.sql, [orderId], "committed");
    await store.endReservations(db.sql, [orderId], "released");
  },
  restock: async ({ db, given }) => {
    const { orderId, lines } = await given.reservation(2);
    await store.endReservations(db.sql, [orderId], "committed");
    await db.sql.begin((tx) => store.restock(tx, [{ orderId, skus: lines.map(({ sku }) => sku) }]));
  },
  forgetReservations: async ({ db, given }) =>
    store.forgetReservations(db, [(await given.reservation(2)).orderId, (await given.reservation()).orderId]),
  countStock: ({ db }) => store.countStock(db, `new-${randomUUID()}`, 5, null),
  moveCursor: ({ db }) => store.moveCursor(db, "grace", { reservedAt: "2000-01-01T00:00:00Z", orderId: randomUUID() }),
};
