import { randomUUID } from "node:crypto";
import { newTraceparent } from "../../../src/platform/scope.ts";
import * as accountStore from "../../../src/services/orders/account-store.ts";
import * as couponQueries from "../../../src/services/orders/coupons/queries.ts";
import * as couponStore from "../../../src/services/orders/coupons/store.ts";
import * as queries from "../../../src/services/orders/queries.ts";
import * as store from "../../../src/services/orders/store.ts";
import { decidedOrder, moveTo, placing } from "../given.ts";
import type { CallsOf } from "./call.ts";

const last = { createdAt: "infinity", id: "ffffffff-ffff-ffff-ffff-ffffffffffff" };
const anyOrder = { statuses: "{pending,paid,shipped,cancelled}", from: "-infinity", limit: 21 };

export const couponCalls: CallsOf<typeof couponQueries & typeof couponStore> = {
  couponsByCodes: ({ db }) => couponQueries.couponsByCodes(db).execute({ codes: "{given-1,given-2}" }),
  couponsPage: ({ db }) => couponQueries.couponsPage(db).execute({ createdAt: "infinity", code: "", limit: 21 }),
  saveCoupon: async ({ db }) => {
    const terms = { percentOff: 10, amountOff: null, limit: 5, perUser: null, startsAt: null, endsAt: null };
    const coupon = { code: randomUUID(), currency: "USD", ...terms };
    for (const limit of [5, 9]) await db.sql.begin((tx) => couponStore.saveCoupon(tx, { ...coupon, limit }));
  },
  removeCoupon: ({ db }) => db.sql.begin((tx) => couponStore.removeCoupon(tx, randomUUID())),
};

export const ordersCalls: CallsOf<typeof queries & typeof store & typeof accountStore> = {
  orderById: async ({ db, given }) => {
    const { userId, orderId: id } = await given.order();
    return queries.orderById(db).execute({ userId, id });
  },
  ordersPage: async ({ db, given }) => {
    const { userId } = await given.order();
    return queries.ordersPage(db).execute({ userId, ...last, limit: 21 });
  },
  pricesOf: ({ db }) => queries.pricesOf(db, ["given-1", "given-2"]),
  statusesOf: async ({ db, given }) => queries.statusesOf(db, [await given.order()]),
  payableOrder: async ({ db, given }) => {
    const { userId, orderId } = await given.order();
    return queries.payableOrder(db, userId, orderId);
  },
  overdueOrders: ({ db }) => queries.overdueOrders(db, 500),
  cartOf: ({ db }) => queries.cartOf(db).execute({ userId: randomUUID() }),
  writeCart: async ({ db }) => {
    const userId = randomUUID();
    for (const version of [0, 1]) await store.writeCart(db, userId, [{ sku: "given", quantity: 1 }], version);
  },
  place: ({ db }) => store.place(db, [decidedOrder()], placing),
  closeAccount: async ({ db, given }) => {
    const open = ["paid", "shipped"] as const;
    for (const became of [undefined, "paid"] as const) {
      const { userId } = await given.order(became);
      await accountStore.closeAccount(db, userId, { seconds: 60, open, traceparent: newTraceparent() });
    }
  },
  eraseAccounts: async ({ db, given }) => {
    const { userId } = await given.order();
    await store.writeCart(db, userId, [{ sku: "given", quantity: 1 }], 0);
    return db.sql.begin((tx) => accountStore.eraseAccounts(tx, [userId], ["pending", "paid"], newTraceparent()));
  },
  moveOrders: async ({ db, given }) =>
    store.moveOrders(db.sql, [{ ...(await given.order()), paymentId: randomUUID() }], moveTo("paid")),
  orderOfAnyone: async ({ db, given }) => queries.orderOfAnyone(db).execute({ id: (await given.order()).orderId }),
  ordersOfUser: async ({ db, given }) => {
    const { userId } = await given.order();
    return queries.ordersOfUser(db).execute({ userId, ...last, ...anyOrder });
  },
  ordersOfAll: ({ db }) => queries.ordersOfAll(db).execute({ ...last, ...anyOrder }),
  historiesBehind: async ({ db, given }) => queries.historiesBehind(db, [{ ...(await given.order()), after: 0 }]),
  moveOnItsWay: async ({ db, given }) => {
    const { userId, orderId: id } = await given.order("paid");
    const said = { carrier: "ACME" };
    const fulfilment = { userId, id, from: ["paid"], to: "shipped", said, traceparent: newTraceparent() } as const;
    return db.sql.begin((tx) => store.moveOnItsWay(tx, fulfilment));
  },
  noteRefunds: async ({ db, given }) => {
    const { userId, orderId } = await given.order("paid");
    const refunds = ["a", "b"].map((refundId) => ({ userId, orderId, refundId, amount: 500, restock: true }));
    return db.sql.begin((tx) => store.noteRefunds(tx, refunds, ["paid"], newTraceparent()));
  },
  refundPaid: async ({ db, given }) => {
    const order = await given.order("paid");
    return db.sql.begin((tx) => store.refundPaid(tx, [order], ["paid"]));
  },
  tellEndAgain: async ({ db, given }) => {
    const order = await given.order("cancelled");
    return db.sql.begin((tx) => store.tellEndAgain(tx, [order], newTraceparent()));
  },
  takeOverPrices: async ({ db }) => {
    const variants = ["a", "b"].map((tag) => ({ sku: `${tag}-${randomUUID()}`, name: tag, amount: 1000 }));
    const product = { productId: randomUUID(), version: 1, variants, currency: "USD", active: true };
    await store.takeOverPrices(db.sql, [product]);
    await store.takeOverPrices(db.sql, [{ ...product, version: 2, variants: variants.slice(1) }]);
  },
};
