import type { OwnInstance, OwnShop } from "../../support/own-shop.ts";
import { brief, type Family, family, send } from "../family.ts";
import {
  briefOrder,
  newOrder,
  newPaidOrder,
  type Ordered,
  pay,
  place,
  runNow,
  stateOf,
  statusOf,
  sweepHolds,
} from "./goods.ts";

const cancel = async ({ user, orderId }: Ordered, at: OwnInstance) =>
  briefOrder(await send(at, `POST /v1/orders/${orderId}/cancel`, { token: user.token }));

/** These answer the order as it stands by then, as a replay does. */
const ship = async ({ adminToken, orderId }: Ordered, at: OwnInstance, trackingNumber: string) =>
  brief(await send(at, `POST /v1/orders/${orderId}/shipments`, { token: adminToken, body: { trackingNumber } }));

const deliver = async ({ adminToken, orderId }: Ordered, at: OwnInstance) =>
  brief(await send(at, `POST /v1/orders/${orderId}/deliveries`, { token: adminToken, body: {} }));

const refund = async ({ adminToken, paymentId }: Ordered, at: OwnInstance, key: string, body: object) =>
  brief(
    await send(at, `POST /v1/payments/${paymentId}/refunds`, { token: adminToken, key, body }),
    ({ amount }) => amount.amount,
  );

const part = { amount: { amount: 1500, currency: "USD" } };

/** Its time runs out and the sweep comes by, which answers nothing. */
async function expire(at: OwnInstance, orderId: string): Promise<string> {
  const { sql } = at.deps.databases.of("orders").primary();
  await sql`update orders.orders set expires_at = now() - interval '1 second' where id = ${orderId} and status = 'pending'`;
  await runNow(at, "expire-orders");
  return "ran";
}

async function sweepReservation(at: OwnInstance, orderId: string): Promise<string> {
  await sweepHolds(at, [orderId]);
  return "ran";
}

const observe = (shop: OwnShop, { sku }: Ordered) => stateOf(shop, sku);

const pending = family<Ordered>(
  "a pending order",
  newOrder,
  {
    cancel,
    pay: async (ordered, at) => brief(await pay(at, ordered, `pay-${at.side}`), statusOf),
    "pay with one key": async (ordered, at) => brief(await pay(at, ordered, "one"), statusOf),
    "pay with one key otherwise": async (ordered, at) => brief(await pay(at, ordered, "one", "pm_declined"), statusOf),
    "pay, declined": async (ordered, at) =>
      brief(await pay(at, ordered, `declined-${at.side}`, "pm_declined"), statusOf),
    "place again": async ({ user, sku }, at) => brief(await place(at, user, sku, 2, `first-${sku}`)),
    "place otherwise": async ({ user, sku }, at) => briefOrder(await place(at, user, sku, 3, `first-${sku}`)),
    "another's order of what it has": async ({ other, sku }, at) =>
      briefOrder(await place(at, other, sku, 4, `other-${at.side}-${sku}`)),
    ship: (ordered, at) => ship(ordered, at, "1"),
    expire: ({ orderId }, at) => expire(at, orderId),
    "sweep its reservation": ({ orderId }, at) => sweepReservation(at, orderId),
  },
  observe,
);

const paid = family<Ordered>(
  "a paid order",
  newPaidOrder,
  {
    cancel,
    ship: (ordered, at) => ship(ordered, at, "1"),
    "ship otherwise": (ordered, at) => ship(ordered, at, `2-${at.side}`),
    deliver,
    "refund all": (ordered, at) => refund(ordered, at, `all-${at.side}`, {}),
    "refund all and restock": (ordered, at) => refund(ordered, at, `restock-${at.side}`, { restock: true }),
    "refund a part": (ordered, at) => refund(ordered, at, `part-${at.side}`, part),
    "refund with one key": (ordered, at) => refund(ordered, at, "one", part),
  },
  observe,
);

const shipped = family<Ordered>(
  "a shipped order",
  async (shop) => {
    const ordered = await newPaidOrder(shop);
    await shop.settle();
    await ship(ordered, shop.instances[0], "1");
    return ordered;
  },
  {
    deliver,
    cancel,
    "ship again": (ordered, at) => ship(ordered, at, "1"),
    "refund all and restock": (ordered, at) => refund(ordered, at, `restock-${at.side}`, { restock: true }),
    "refund a part": (ordered, at) => refund(ordered, at, `part-${at.side}`, part),
  },
  observe,
);

export const orderFamilies: readonly Family[] = [pending, paid, shipped];
