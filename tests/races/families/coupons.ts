import { randomUUID } from "node:crypto";
import type { User } from "../../support/client.ts";
import type { OwnInstance, OwnShop } from "../../support/own-shop.ts";
import { brief, type Family, family, send } from "../family.ts";
import { briefOrder, buyersOf, newGoods, place } from "./goods.ts";

interface Couponed {
  readonly sku: string;
  readonly code: string;
  readonly adminToken: string;
  readonly ana: User;
  readonly ben: User;
  /** Ana's, which has a use. */
  readonly orderId: string;
}

const put = async ({ adminToken, code }: Couponed, at: OwnInstance, terms: object) =>
  brief(await send(at, `PUT /v1/coupons/${code}`, { token: adminToken, body: terms }), ({ limit }) => limit ?? null);

const use = async ({ sku, code }: Couponed, at: OwnInstance, user: User, key: string) =>
  briefOrder(await place(at, user, sku, 1, `${key}-${sku}`, { couponCode: code }));

/** 10 % off for two uses, one of them taken, and one a user. */
async function newCoupon(shop: OwnShop): Promise<Couponed> {
  const [at] = shop.instances;
  const { adminToken } = shop;
  const [ana, ben] = await buyersOf(shop);
  const { sku } = await newGoods(shop, 50);
  const coupon = { sku, code: `R-${randomUUID().slice(-12)}`, adminToken, ana, ben, orderId: "" };
  await put(coupon, at, { percentOff: 10, limit: 2, perUser: 2 });
  const { body } = await place(at, ana, sku, 1, `first-${sku}`, { couponCode: coupon.code });
  return { ...coupon, orderId: body.id };
}

const coupons = family<Couponed>(
  "a coupon's uses",
  newCoupon,
  {
    "use by Ana": (world, at) => use(world, at, world.ana, `ana-${at.side}`),
    "use by Ben": (world, at) => use(world, at, world.ben, `ben-${at.side}`),
    "use by Ben with one key": (world, at) => use(world, at, world.ben, "one"),
    "limit to 1": (world, at) => put(world, at, { percentOff: 10, limit: 1, perUser: 2 }),
    "limit to 3": (world, at) => put(world, at, { percentOff: 10, limit: 3, perUser: 2 }),
    "one a user": (world, at) => put(world, at, { percentOff: 10, limit: 2, perUser: 1 }),
    remove: async ({ adminToken, code }, at) =>
      brief(await send(at, `DELETE /v1/coupons/${code}`, { token: adminToken })),
    "cancel the order with a use": async ({ ana, orderId }, at) =>
      briefOrder(await send(at, `POST /v1/orders/${orderId}/cancel`, { token: ana.token })),
  },
  async ({ sql }, { sku, code }) => {
    const [coupon] = await sql`select "limit", per_user from orders.coupons where code = ${code}`;
    const orders = await sql`
      select o.status, o.discount::int, u.email = min(u.email) over () as one
        from orders.orders o join identity.users u on u.id = o.user_id join inventory.reservations r on r.order_id = o.id
       where r.skus @> array[${sku}] order by 1, 2`;
    const uses = await sql`
      select s.on_hand, s.reserved, s.allotted, s.allotted - (s.on_hand - s.reserved) as used
        from inventory.stock s where s.sku like 'coupon:%' and s.sku in (
          select unnest(skus) from inventory.reservations where skus @> array[${sku}]) order by 1, 2, 3, 4`;
    const [{ count = 0 } = {}] = await sql`select count(*)::int from orders.coupons where code = ${code}`;
    return { coupon, count, orders: orders.map(({ status, discount }) => `${status} ${discount}`), uses: [...uses] };
  },
);

export const couponFamilies: readonly Family[] = [coupons];
