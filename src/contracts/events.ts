import * as v from "valibot";
import { moneySchema } from "../shared/money.ts";

/** What an event says beyond its envelope, by type (one shape each, `schema` 1). Fields may be added, never changed. */
export const eventData = {
  /** `requestId` as below; older releases told of none. */
  "user.registered": v.object({ ...userData().entries, requestId: v.optional(v.string()) }),
  "user.updated": userData(),
  /** The mail's writer makes the token of `requestId` again: no event carries it. */
  "user.verification-requested": mailRequest(),
  "user.reset-requested": mailRequest(),
  /** The account is gone: whoever keeps anything of the person erases it, and takes nothing of him any more. */
  "user.erased": v.object({}),
  "product.changed": v.object({
    slug: v.string(),
    name: v.string(),
    category: v.string(),
    status: v.picklist(["active", "withdrawn"]),
    variants: v.array(v.object({ sku: v.string(), name: v.string(), price: moneySchema })),
  }),
  "product.withdrawn": v.object({
    slug: v.string(),
    name: v.string(),
    category: v.string(),
    status: v.literal("withdrawn"),
    variants: v.array(v.object({ sku: v.string(), name: v.string(), price: moneySchema })),
  }),
  "stock.changed": v.object({ sku: v.string(), available: v.boolean() }),
  /** The last free unit went: told beside `stock.changed`. */
  "stock.depleted": v.object({ sku: v.string(), available: v.literal(false) }),
  "order.placed": v.object({ userId: v.string(), lines: orderLines(), total: moneySchema, expiresAt: v.string() }),
  /** `paymentId` is null where there was nothing to pay. */
  "order.paid": v.object({
    userId: v.string(),
    lines: orderLines(),
    total: moneySchema,
    paymentId: v.nullable(v.string()),
  }),
  "order.cancelled": v.object({ userId: v.string(), lines: orderLines(), reason: v.string() }),
  "order.expired": v.object({ userId: v.string(), lines: orderLines(), reason: v.string() }),
  "order.shipped": fulfilment(),
  "order.delivered": fulfilment(),
  /** Told for each refund. `restock`: the units of `lines` come back; false where the order's own end brings them back. */
  "order.refunded": v.object({
    userId: v.string(),
    lines: orderLines(),
    amount: moneySchema,
    /** True where nothing of the order's total is left to go back. */
    full: v.boolean(),
    restock: v.boolean(),
    /** False where an order that had ended unpaid was charged late: its money was never earned. */
    wasPaid: v.boolean(),
  }),
  "payment.captured": v.object({ orderId: v.string(), userId: v.string(), amount: moneySchema }),
  "payment.failed": v.object({
    orderId: v.string(),
    userId: v.string(),
    amount: moneySchema,
    failureCode: v.string(),
  }),
  /** One refund. Without its id and `restock` where it was told before there were such. */
  "payment.refunded": v.object({
    orderId: v.string(),
    userId: v.string(),
    amount: moneySchema,
    refundId: v.optional(v.string()),
    restock: v.optional(v.boolean()),
  }),
  /** Made by `auditEvent` alone. Its own id names the record, its key nothing else. */
  "audit.recorded": v.object({
    actor: v.object({ id: v.string(), kind: v.picklist(["user", "api-key"]) }),
    action: v.string(),
    target: v.object({ type: v.string(), id: v.string() }),
    requestId: v.string(),
    address: v.string(),
    detail: v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(v.string())])),
  }),
};

function userData() {
  return v.object({ email: v.string(), name: v.string(), region: v.string() });
}

function mailRequest() {
  return v.object({ email: v.string(), name: v.string(), requestId: v.string() });
}

function fulfilment() {
  return v.object({
    userId: v.string(),
    carrier: v.optional(v.string()),
    trackingNumber: v.optional(v.string()),
  });
}

function orderLines() {
  return v.array(
    v.object({ sku: v.string(), name: v.string(), quantity: v.number(), unitPrice: moneySchema, total: moneySchema }),
  );
}

export type EventType = keyof typeof eventData;
export type EventData<T extends EventType> = v.InferOutput<(typeof eventData)[T]>;

/** A fact to be told, before the database has given it its id and time. */
export interface NewEvent<T extends EventType = EventType> {
  readonly type: T;
  /** The thing's id (an order, a user, a product; for stock its SKU). */
  readonly key: string;
  /** The thing's version: rises by 1 with each of its events. */
  readonly version: number;
  readonly data: EventData<T>;
}

/** An event as it is delivered: `{id, type, schema, version, occurredAt, key, data, traceparent}`. */
export interface Event<T extends EventType = EventType> extends NewEvent<T> {
  readonly id: string;
  readonly schema: 1;
  readonly occurredAt: string;
  readonly traceparent: string | null;
}

/** Makes an event; the compiler holds its data to its type. */
export function event<T extends EventType>(type: T, key: string, version: number, data: EventData<T>): NewEvent<T> {
  return { type, key, version, data };
}
