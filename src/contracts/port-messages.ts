import * as v from "valibot";
import { moneySchema } from "../shared/money.ts";
import { eventData } from "./events.ts";

/** As clients read it too. */
export const orderStatus = v.picklist(["pending", "paid", "shipped", "delivered", "cancelled", "expired", "refunded"]);
const ordersOfUsers = v.array(v.object({ userId: v.string(), orderId: v.string() }));

const nothing = v.pipe(
  v.null(),
  v.transform(() => undefined),
);

/** As clients read it too. */
export const refundFields = {
  id: v.string(),
  paymentId: v.string(),
  amount: moneySchema,
  status: v.picklist(["processing", "succeeded", "failed"]),
  createdAt: v.string(),
};

/** As clients read it too. `failureCode` stands where `status` is `failed`. */
export const paymentFields = {
  id: v.string(),
  orderId: v.string(),
  amount: moneySchema,
  status: v.picklist(["processing", "captured", "failed", "refunded"]),
  failureCode: v.optional(v.string()),
  refunded: moneySchema,
  createdAt: v.string(),
};

/** An order's payment with its refunds, as an administrator reads it too. */
export const paymentOfOrder = v.object({ ...paymentFields, refunds: v.array(v.object(refundFields)) });

const handOver = {
  asked: v.tuple([v.string(), v.nullable(v.string())]),
  answered: v.object({ items: v.array(v.record(v.string(), v.unknown())), next: v.nullable(v.string()) }),
};

/** As an operator reads it too. */
export const deadEvent = v.object({
  id: v.string(),
  eventId: v.string(),
  type: v.string(),
  consumer: v.string(),
  attempts: v.number(),
  lastError: v.string(),
  diedAt: v.string(),
});

const toldEvent = v.object({
  id: v.string(),
  type: v.string(),
  schema: v.literal(1),
  version: v.number(),
  occurredAt: v.string(),
  key: v.string(),
  data: v.unknown(),
  traceparent: v.nullable(v.string()),
});

/**
 * How the functions of `ports.ts` travel between instances, as JSON: a Map is the list of its entries, a Set the list of
 * its values, undefined is null. Fields may be added, never changed: releases run side by side.
 */
export const portMessages = {
  identity: {
    sessionIsActive: { asked: v.tuple([v.string(), v.string()]), answered: v.boolean() },
    userIdOf: {
      asked: v.tuple([v.string()]),
      answered: orUndefined(v.string()),
    },
    apiKeyOf: {
      asked: v.tuple([v.string()]),
      answered: orUndefined(
        v.object({ id: v.string(), scopes: v.array(v.string()), expiresAt: v.nullable(v.string()) }),
      ),
    },
    record: {
      asked: v.tuple([
        v.object({
          type: v.literal("audit.recorded"),
          key: v.string(),
          version: v.number(),
          data: eventData["audit.recorded"],
        }),
      ]),
      answered: nothing,
    },
  },
  inventory: {
    reserve: {
      asked: v.tuple([
        v.object({
          orderId: v.string(),
          userId: v.string(),
          bodyHash: v.string(),
          lines: v.array(v.object({ sku: v.string(), quantity: v.number(), allotted: v.optional(v.number()) })),
        }),
      ]),
      answered: v.variant("outcome", [
        v.object({ outcome: v.literal("held"), reservedAt: v.string() }),
        v.object({ outcome: v.literal("ended") }),
        v.object({ outcome: v.literal("other-body") }),
        v.object({ outcome: v.literal("short"), skus: v.array(v.string()) }),
      ]),
    },
    release: { asked: v.tuple([v.string()]), answered: nothing },
    unitsOf: {
      asked: v.tuple([v.array(v.string())]),
      answered: v.pipe(
        v.array(v.tuple([v.string(), v.object({ free: v.number(), taken: v.number() })])),
        v.transform((entries) => new Map(entries)),
      ),
    },
    openStock: {
      asked: v.tuple([v.array(v.object({ sku: v.string(), onHand: v.number() }))]),
      answered: nothing,
    },
  },
  orders: {
    payable: {
      asked: v.tuple([v.string(), v.string()]),
      answered: orUndefined(v.object({ total: moneySchema, status: orderStatus, payable: v.boolean() })),
    },
    statusOf: {
      asked: v.tuple([ordersOfUsers]),
      answered: v.pipe(
        v.array(v.tuple([v.string(), orderStatus])),
        v.transform((entries) => new Map(entries)),
      ),
    },
    closeAccount: { asked: v.tuple([v.string()]), answered: v.boolean() },
    handOverOrders: handOver,
  },
  payments: {
    beingPaid: {
      asked: v.tuple([ordersOfUsers]),
      answered: v.pipe(
        v.array(v.string()),
        v.transform((ids) => new Set(ids)),
      ),
    },
    paymentsOf: { asked: v.tuple([v.string(), v.string()]), answered: v.array(paymentOfOrder) },
    handOverPayments: handOver,
  },
  notifications: {
    handOverNotifications: handOver,
  },
  /** Of every service. */
  events: {
    figures: {
      asked: v.tuple([]),
      answered: v.object({ unpublished: v.number(), unpublishedSince: v.nullable(v.string()), dead: v.number() }),
    },
    dead: {
      asked: v.tuple([v.number(), v.string()]),
      answered: v.array(deadEvent),
    },
    replayDead: { asked: v.tuple([v.string()]), answered: v.picklist(["done", "failed", "unknown"]) },
    told: {
      asked: v.tuple([
        v.object({ types: v.array(v.string()), fromId: v.string(), beforeId: v.string(), limit: v.number() }),
      ]),
      answered: v.object({ events: v.array(toldEvent), lastId: v.nullable(v.string()) }),
    },
    bring: { asked: v.tuple([v.string(), v.array(toldEvent)]), answered: v.number() },
  },
};

/** JSON has null where a function answers undefined. */
function orUndefined<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(
    v.nullable(schema),
    v.transform((answer) => answer ?? undefined),
  );
}
