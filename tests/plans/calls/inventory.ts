import { randomUUID } from "node:crypto";
import type { ReservationRequest } from "../../../src/contracts/ports.ts";
import * as queries from "../../../src/services/inventory/queries.ts";
import * as store from "../../../src/services/inventory/store.ts";
import { highestUuid } from "../../../src/shared/ids.ts";
import { hold, reservationOf } from "../given.ts";
import type { CallsOf } from "./call.ts";

const coupon = `coupon:${randomUUID()}`;
const withAllotted = ({ lines, ...order }: ReservationRequest, allotted: number): ReservationRequest => ({
  ...order,
  lines: [...lines, { sku: coupon, quantity: 1, allotted }],
});

export const inventoryCalls: CallsOf<typeof queries & typeof store> = {
  stockBySku: async ({ db, given }) => queries.stockBySku(db).execute({ sku: await given.stock(1) }),
  stockPage: ({ db }) => queries.stockPage(db).execute({ after: "", limit: 21 }),
  unitsOfSkus: ({ db }) => queries.unitsOfSkus(db, ["given-1", "given-2"]),
  lowStockPage: ({ db }) => queries.lowStockPage(db).execute({ after: "", below: 1, limit: 21 }),
  movementsBefore: async ({ db, given }) =>
    queries.movementsBefore(db).execute({ sku: await given.stock(1), before: highestUuid, limit: 21 }),
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
    // A coupon's uses: made at its first order, then of another number.
    for (const allotted of [5, 9]) await store.reserve(db, [withAllotted(reservationOf([plenty]), allotted)], hold);
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
    await store.endReservations(db.sql, [orderId], "released");
  },
  forgetReservations: async ({ db, given }) =>
    store.forgetReservations(db, [(await given.reservation(2)).orderId, (await given.reservation()).orderId]),
  adjustStock: async ({ db, given }) => {
    const sku = await given.stock(1);
    // One that tells, its copy, and one that is refused.
    for (const key of ["first", "first"]) await store.adjustStock(db.sql, sku, key, { delta: -1, reason: "broken" });
    await store.adjustStock(db.sql, sku, "second", { delta: -1, reason: "broken" });
  },
  openStock: ({ db }) => store.openStock(db, [{ sku: `new-${randomUUID()}`, onHand: 5 }]),
  countStock: ({ db }) => store.countStock(db.sql, `new-${randomUUID()}`, 5, null),
  moveCursor: ({ db }) => store.moveCursor(db, "grace", { reservedAt: "2000-01-01T00:00:00Z", orderId: randomUUID() }),
};
