import { randomUUID } from "node:crypto";
import type { OwnInstance, OwnShop } from "../../support/own-shop.ts";
import { brief, type Family, family, send } from "../family.ts";
import { briefOrder, type Goods, newOrder, type Ordered, pay, place, stateOf, statusOf } from "./goods.ts";

const count = async ({ adminToken, sku }: Ordered, at: OwnInstance, body: object) =>
  brief(await send(at, `PUT /v1/stock/${sku}`, { token: adminToken, body }), ({ onHand }) => onHand);

const adjust = async ({ adminToken, sku }: Ordered, at: OwnInstance, key: string, delta: number) =>
  brief(
    await send(at, `POST /v1/stock/${sku}/adjustments`, { token: adminToken, key, body: { delta, reason: "raced" } }),
    (body) => body.delta,
  );

/** 5 on hand, of which an order has reserved 2. */
const stock = family<Ordered>(
  "a SKU's stock",
  newOrder,
  {
    "count 3": (world, at) => count(world, at, { onHand: 3 }),
    "count 9 where 5 are expected": (world, at) => count(world, at, { onHand: 9, expectedOnHand: 5 }),
    "count 1": (world, at) => count(world, at, { onHand: 1 }),
    "add 2": (world, at) => adjust(world, at, `add-${at.side}`, 2),
    "add 2 with one key": (world, at) => adjust(world, at, "one", 2),
    "add 3 with one key": (world, at) => adjust(world, at, "one", 3),
    "take 3": (world, at) => adjust(world, at, `take-${at.side}`, -3),
    "order 3": async ({ other, sku }, at) => briefOrder(await place(at, other, sku, 3, `order-${at.side}-${sku}`)),
    "cancel the order of 2": async ({ user, orderId }, at) =>
      briefOrder(await send(at, `POST /v1/orders/${orderId}/cancel`, { token: user.token })),
    "pay the order of 2": async (world, at) => brief(await pay(at, world, `pay-${at.side}`), statusOf),
  },
  (shop, { sku }) => stateOf(shop, sku),
);

interface Uncounted extends Goods {
  readonly adminToken: string;
}

const uncounted = family<Uncounted>(
  "a SKU that was never counted",
  async ({ adminToken }: OwnShop) => ({ sku: `R-${randomUUID().slice(-12)}`, productId: "", adminToken }),
  {
    count: async ({ adminToken, sku }, at) =>
      brief(await send(at, `PUT /v1/stock/${sku}`, { token: adminToken, body: { onHand: 3 + at.side } })),
    "count where none is expected": async ({ adminToken, sku }, at) =>
      brief(
        await send(at, `PUT /v1/stock/${sku}`, { token: adminToken, body: { onHand: 7 + at.side, expectedOnHand: 0 } }),
      ),
    add: async ({ adminToken, sku }, at) =>
      brief(
        await send(at, `POST /v1/stock/${sku}/adjustments`, {
          token: adminToken,
          key: `add-${at.side}`,
          body: { delta: 2, reason: "raced" },
        }),
      ),
  },
  (shop, { sku }) => stateOf(shop, sku),
);

export const stockFamilies: readonly Family[] = [stock, uncounted];
