import type { User } from "../../support/client.ts";
import { newUserAt, type OwnInstance, type OwnShop } from "../../support/own-shop.ts";
import { brief, type Family, family, send } from "../family.ts";
import { newGoods } from "./goods.ts";

interface Shopper {
  readonly user: User;
  readonly sku: string;
}

async function newShopper(shop: OwnShop): Promise<Shopper> {
  const [user, { sku }] = await Promise.all([newUserAt(shop.instances[0].url), newGoods(shop, 50)]);
  return { user, sku };
}

const put = async ({ user, sku }: Shopper, at: OwnInstance, quantity: number, ifMatch?: string) =>
  brief(
    await send(at, "PUT /v1/cart", {
      token: user.token,
      body: { lines: [{ sku, quantity }] },
      headers: ifMatch === undefined ? {} : { "If-Match": ifMatch },
    }),
    ({ version, lines }) => [version, lines[0]?.quantity],
  );

const observe = async ({ sql }: OwnShop, { user }: Shopper) => [
  ...(await sql`select version, lines from orders.carts where user_id = ${user.id}`).map(({ version, lines }) => ({
    version,
    quantities: lines.map(({ quantity }: { quantity: number }) => quantity),
  })),
];

const writes = {
  "put at version 1": (shopper: Shopper, at: OwnInstance & { side: 0 | 1 }) => put(shopper, at, 10 + at.side, '"1"'),
  "put without a version": (shopper: Shopper, at: OwnInstance & { side: 0 | 1 }) => put(shopper, at, 20 + at.side),
};

const first = family<Shopper>("a cart that is not there yet", newShopper, writes, observe);

const later = family<Shopper>(
  "a cart",
  async (shop) => {
    const shopper = await newShopper(shop);
    await put(shopper, shop.instances[0], 1);
    return shopper;
  },
  writes,
  observe,
);

const notified = family<{ readonly user: User; readonly id: string }>(
  "a notification",
  async (shop) => {
    const user = await newUserAt(shop.instances[0].url);
    await shop.settle();
    const [row] = await shop.sql`select id from notifications.notifications where user_id = ${user.id}`;
    return { user, id: String(row?.id) };
  },
  {
    read: async ({ user, id }, at) =>
      brief(
        await send(at, `PATCH /v1/notifications/${id}`, { token: user.token, body: { read: true } }),
        ({ readAt }) => readAt !== null,
      ),
  },
  async ({ sql }, { user }) => [
    ...(await sql`select kind, read_at is not null as read from notifications.notifications where user_id = ${user.id}`),
  ],
);

export const cartFamilies: readonly Family[] = [first, later, notified];
