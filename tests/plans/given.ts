import { randomUUID } from "node:crypto";
import type { ReservationRequest } from "../../src/contracts/ports.ts";
import type { Handle } from "../../src/platform/database.ts";
import { newTraceparent } from "../../src/platform/scope.ts";
import type { ProductRow } from "../../src/services/catalog/queries.ts";
import {
  addCategories,
  insertProducts,
  type ProductFields,
  putCards,
  takeSkus,
} from "../../src/services/catalog/store.ts";
import { insertSession, insertUser } from "../../src/services/identity/store.ts";
import { countStock, reserve } from "../../src/services/inventory/store.ts";
import { type DecidedOrder, type Move, moveOrders, place } from "../../src/services/orders/store.ts";
import { begin, type NewPayment, noteRefunds, type Outcome, settle } from "../../src/services/payments/store.ts";

/** Makes what a statement needs to have something to do, each thing anew. Nobody watches its connection. */
export interface Given {
  readonly session: () => Promise<{ readonly userId: string; readonly sessionId: string; readonly email: string }>;
  readonly product: () => Promise<ProductRow>;
  /** Answers its SKU. */
  readonly stock: (onHand: number) => Promise<string>;
  /** Another's transaction takes the last unit and commits once the work waits for it. */
  readonly takenMeanwhile: (sku: string, work: () => Promise<unknown>) => Promise<unknown>;
  readonly reservation: (lines?: number) => Promise<ReservationRequest>;
  readonly order: (became?: "paid" | "cancelled") => Promise<OrderKey>;
  readonly payment: (became?: "captured") => Promise<NewPayment>;
  /** A dead `stock.changed` of catalog's; answers its id. */
  readonly deadEvent: () => Promise<string>;
  /** Of an endpoint of its own. */
  readonly webhookDelivery: () => Promise<{ readonly endpointId: string; readonly id: string }>;
  /** Still processing. */
  readonly refund: () => Promise<OrderKey & { readonly paymentId: string; readonly id: string }>;
}

interface OrderKey {
  readonly userId: string;
  readonly orderId: string;
}

export const hold = { lifeSeconds: 900, asynchronous: true };
export const placing = { lifeSeconds: 900, halfGraceSeconds: 30 };

export function givenBy(db: Handle): Given {
  const stock = async (onHand: number) => {
    const sku = `given-${randomUUID()}`;
    await countStock(db.sql, sku, onHand, null);
    return sku;
  };
  const order = async (became?: "paid" | "cancelled") => {
    const decided = decidedOrder();
    await place(db, [decided], placing);
    const key = { userId: decided.userId, orderId: decided.id };
    if (became) await moveOrders(db.sql, [{ ...key, paymentId: null }], moveTo(became));
    return key;
  };
  const payment = async (became?: "captured") => {
    const begun = newPayment(await order());
    await begin(db, [begun]);
    if (became) await settle(db, [outcomeOf(begun, became)]);
    return begun;
  };
  return {
    session: async () => {
      const email = `${randomUUID()}@example.com`;
      const account = { email, name: "Given", region: "main", passwordHash: "none" };
      const { id: userId } = await db.sql.begin((tx) => insertUser(tx, account));
      const session = await insertSession(db.sql, {
        ...{ userId, passwordHash: "none", role: "customer" as const },
        ...{ userAgent: "", address: "127.0.0.1" },
      });
      return { userId, email, sessionId: session?.id ?? "" };
    },
    product: async () =>
      await db.sql.begin(async (tx) => {
        const fields = productFields();
        await takeSkus(tx, ownedSkus(fields));
        await addCategories(tx, [{ slug: fields.category, name: "Given" }]);
        const [row] = await insertProducts(tx, [fields]);
        if (!row) throw new Error("the product was there");
        await putCards(tx, [row]);
        return row;
      }),
    stock,
    takenMeanwhile: async (sku, work) => {
      const [working] = await db.sql.begin(async (tx) => {
        await tx`update inventory.stock set reserved = on_hand where sku = ${sku}`;
        const started = work();
        while ((await tx`select from pg_locks where not granted`).length === 0) await Bun.sleep(5);
        return [started];
      });
      return await working;
    },
    reservation: async (lines = 1) => {
      const request = reservationOf(await Promise.all(Array.from({ length: lines }, () => stock(1))));
      await reserve(db, [request], hold);
      return request;
    },
    order,
    payment,
    deadEvent: async () => {
      const body = { id: Bun.randomUUIDv7(), version: 1, occurredAt: "", key: "given", traceparent: null };
      const event = { ...body, type: "stock.changed", data: { sku: "given", available: true } };
      const [row] = await db.sql<{ id: string }[]>`
        insert into events.dead (consumer, event_id, type, body, attempts, last_error)
        values ('catalog.availability', ${event.id}, ${event.type}, ${JSON.stringify(event)}::text::jsonb, 5, 'none') returning id`;
      return row?.id ?? "";
    },
    webhookDelivery: async () => {
      const [row] = await db.sql<{ endpointId: string; id: string }[]>`
        with e as (
          insert into notifications.webhook_endpoints (url, events, secret_id)
          values ('https://example.com/', '["*"]', gen_random_uuid()) returning id
        )
        insert into notifications.webhook_deliveries (endpoint_id, event_id, type, payload)
        select id, uuidv7(), 'order.paid', '{}' from e returning endpoint_id as "endpointId", id`;
      if (!row) throw new Error("no delivery");
      return row;
    },
    refund: async () => {
      const { userId, orderId, id: paymentId } = await payment("captured");
      await db.sql.begin((tx) => noteRefunds(tx, [{ userId, orderId }]));
      const [row] = await db.sql<{ id: string }[]>`select id from payments.refunds where user_id = ${userId}`;
      return { userId, orderId, paymentId, id: row?.id ?? "" };
    },
  };
}

export function productFields(): ProductFields {
  const tag = randomUUID();
  const price = { amount: 1000, currency: "USD" };
  const variants = [0, 1].map((nth) => ({ sku: `given-${tag}-${nth}`, name: `V${nth}`, price, available: false }));
  return {
    ...{ id: tag, slug: `given-${tag}`, name: "Given", description: "", category: "given", images: [], variants },
    ...{ priceAmount: 1000, currency: "USD", metadata: {}, status: "active" },
  };
}

export const skusOf = ({ variants }: Pick<ProductFields, "variants">) => variants.map(({ sku }) => sku);

export const ownedSkus = (of: Pick<ProductFields, "id" | "variants">) =>
  skusOf(of).map((sku) => ({ sku, productId: of.id }));

export function reservationOf(skus: readonly string[]): ReservationRequest {
  const lines = skus.toSorted().map((sku) => ({ sku, quantity: 1 }));
  return { orderId: randomUUID(), userId: randomUUID(), bodyHash: "body", lines };
}

export function decidedOrder(): DecidedOrder {
  const price = { amount: 1000, currency: "USD" };
  return {
    ...{ id: randomUUID(), userId: randomUUID(), bodyHash: "body", shippingAddress: undefined, metadata: undefined },
    ...{ subtotal: 1000, discount: 0, shipping: 0, tax: 0, total: 1000, currency: "USD", coupon: null },
    lines: [{ sku: "given", name: "Given", quantity: 1, unitPrice: price, total: price }],
    reservedAt: new Date().toISOString(),
    traceparent: newTraceparent(),
  };
}

export function moveTo(to: "paid" | "cancelled"): Move {
  return { from: ["pending"], to, event: `order.${to}`, more: {}, traceparent: newTraceparent() };
}

export function newPayment({ userId, orderId }: OrderKey): NewPayment {
  const price = { amount: 1000, currency: "USD" };
  return { userId, orderId, id: randomUUID(), provider: "sandbox", method: "pm_ok", bodyHash: "body", ...price };
}

export function outcomeOf({ userId, id, amount, currency }: NewPayment, status: Outcome["status"]): Outcome {
  const failureCode = status === "failed" ? "card_declined" : null;
  return { userId, id, status, amount, currency, reference: id, failureCode, traceparent: newTraceparent() };
}
