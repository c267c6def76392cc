import { randomUUID } from "node:crypto";
import { newTraceparent } from "../../../src/platform/scope.ts";
import * as queries from "../../../src/services/payments/queries.ts";
import * as refundQueries from "../../../src/services/payments/refunds/queries.ts";
import * as store from "../../../src/services/payments/store.ts";
import { newPayment, outcomeOf } from "../given.ts";
import type { CallsOf } from "./call.ts";

const last = { createdAt: "infinity", id: "ffffffff-ffff-ffff-ffff-ffffffffffff" };

export const paymentsCalls: CallsOf<typeof queries & typeof refundQueries & typeof store> = {
  paymentById: async ({ db, given }) => {
    const { userId, id } = await given.payment();
    return queries.paymentById(db).execute({ userId, id });
  },
  paymentOfProvider: async ({ db, given }) => {
    const { id, provider } = await given.payment();
    return queries.paymentOfProvider(db).execute({ id, provider });
  },
  paymentsInTheWay: async ({ db, given }) => {
    const { userId, id, orderId } = await given.payment();
    return queries.paymentsInTheWay(db).execute({ userId, id, orderId });
  },
  paymentsPage: async ({ db, given }) => {
    const { userId, orderId } = await given.payment();
    return queries.paymentsPage(db).execute({ userId, orderId, ...last, limit: 21 });
  },
  paymentsBehind: async ({ db, given }) => {
    const { userId } = await given.payment();
    return queries.paymentsBehind(db).execute({ userId, after: "00000000-0000-0000-0000-000000000000", limit: 100 });
  },
  forgetMethods: async ({ db, given }) => {
    const { userId } = await given.payment();
    return db.sql.begin((tx) => store.forgetMethods(tx, [userId]));
  },
  refundById: async ({ db, given }) => {
    const { userId, id } = await given.refund();
    return refundQueries.refundById(db).execute({ userId, id });
  },
  refundsInFlight: async ({ db, given }) => refundQueries.refundsInFlight(db, [await given.refund()]),
  paymentOfAnyone: async ({ db, given }) => queries.paymentOfAnyone(db).execute({ id: (await given.payment()).id }),
  refundsPage: async ({ db, given }) => {
    const { userId, paymentId } = await given.refund();
    return refundQueries.refundsPage(db).execute({ userId, paymentId, ...last, limit: 21 });
  },
  refundInFlight: async ({ db, given }) => {
    const { userId, paymentId } = await given.refund();
    return refundQueries.refundInFlight(db).execute({ userId, paymentId, amount: 1000, currency: "USD" });
  },
  refundsOfPayments: async ({ db, given }) => {
    const { userId, paymentId } = await given.refund();
    return refundQueries.refundsOfPayments(db, userId, [paymentId], 100);
  },
  beginRefund: async ({ db, given }) => {
    const { userId, id: paymentId } = await given.payment("captured");
    const refund = { userId, paymentId, id: randomUUID(), amount: 400, restock: true, bodyHash: "body" };
    const other = await given.payment();
    // Begun, there, beyond what is left, and of what was not captured.
    for (const one of [refund, refund, { ...refund, id: randomUUID(), amount: 700 }])
      await store.beginRefund(db.sql, { ...one, reason: "asked" });
    await store.beginRefund(db.sql, { ...refund, userId: other.userId, paymentId: other.id, reason: "asked" });
  },
  ordersBeingPaid: async ({ db, given }) => queries.ordersBeingPaid(db, [await given.payment()], 60),
  begin: async ({ db, given }) => store.begin(db, [newPayment(await given.order())]),
  settle: async ({ db, given }) => {
    const payment = await given.payment();
    await store.settle(db, [outcomeOf(payment, "failed")]);
    await store.settle(db, [outcomeOf(payment, "captured")]);
  },
  noteRefunds: async ({ db, given }) => {
    const order = await given.payment("captured");
    return db.sql.begin((tx) => store.noteRefunds(tx, [order]));
  },
  endRefund: async ({ db, given }) => store.endRefund(db, await given.refund(), "succeeded", newTraceparent()),
  takeSilentPayments: ({ db }) => store.takeSilentPayments(db, 60, 100),
  takeSilentRefunds: ({ db }) => store.takeSilentRefunds(db, 60, 100),
};
