import { randomUUID } from "node:crypto";
import { jobs } from "../../../src/jobs.ts";
import { pgArray } from "../../../src/platform/database.ts";
import { runJob } from "../../../src/platform/jobs.ts";
import { callAt, type User } from "../../support/client.ts";
import { newUserAt, type OwnInstance, type OwnShop } from "../../support/own-shop.ts";
import { brief, send } from "../family.ts";

export interface Goods {
  readonly sku: string;
  readonly productId: string;
}

/** A SKU at 1000 with so many units, without a page in the catalog. */
export async function newGoods({ instances: [{ url }], sql, adminToken }: OwnShop, onHand: number): Promise<Goods> {
  const [sku, productId] = [`R-${randomUUID().slice(-12)}`, randomUUID()];
  await sql`
    insert into orders.prices (sku, product_id, name, amount, currency, active)
    values (${sku}, ${productId}, 'Raced', 1000, 'USD', true)`;
  await done(callAt(url, "PUT", `/v1/stock/${sku}`, { token: adminToken, body: { onHand } }));
  return { sku, productId };
}

export interface Ordered extends Goods {
  readonly user: User;
  readonly other: User;
  readonly adminToken: string;
  readonly orderId: string;
  /** Of its first payment. */
  readonly paymentId: string;
}

/** Two who buy in every world: what each buys is of its own. */
export async function buyersOf(shop: OwnShop): Promise<readonly [User, User]> {
  const [{ url }] = shop.instances;
  const known = buyers.get(shop) ?? Promise.all([newUserAt(url), newUserAt(url)] as const);
  buyers.set(shop, known);
  return await known;
}

const buyers = new WeakMap<OwnShop, Promise<readonly [User, User]>>();

/** A pending order of 2 of 5 units. Keys are a user's, so they name the SKU. */
export async function newOrder(shop: OwnShop): Promise<Ordered> {
  const [user, other] = await buyersOf(shop);
  const goods = await newGoods(shop, 5);
  const order = await done(place(shop.instances[0], user, goods.sku, 2, `first-${goods.sku}`));
  return { ...goods, user, other, adminToken: shop.adminToken, orderId: order.body.id, paymentId: "" };
}

export async function newPaidOrder(shop: OwnShop): Promise<Ordered> {
  const ordered = await newOrder(shop);
  const payment = await done(pay(shop.instances[0], ordered, "first"));
  return { ...ordered, paymentId: payment.body.id };
}

export const place = (
  at: OwnInstance,
  { token }: User,
  sku: string,
  quantity: number,
  key: string,
  more: object = {},
) => send(at, "POST /v1/orders", { token, key, body: { lines: [{ sku, quantity }], ...more } });

export const pay = (
  at: OwnInstance,
  { user, orderId }: Pick<Ordered, "orderId"> & { readonly user: Pick<User, "token"> },
  key: string,
  paymentMethod = "pm_ok",
) => send(at, `POST /v1/orders/${orderId}/payments`, { token: user.token, key, body: { paymentMethod } });

export const statusOf = (body: { status: string }) => body.status;
export const briefOrder = (answer: Parameters<typeof brief>[0]) => brief(answer, statusOf);

async function done<A extends { status: number; body: unknown }>(answer: Promise<A>): Promise<A> {
  const answered = await answer;
  if (answered.status >= 400) throw new Error(`the world could not be made: ${JSON.stringify(answered.body)}`);
  return answered;
}

/** Runs a job as the clock would. */
export async function runNow({ deps }: OwnInstance, name: "expire-orders" | "sweep-reservations"): Promise<void> {
  const job = jobs[name];
  if (job === undefined) throw new Error(`there is no job ${name}`);
  await runJob(deps, name, job);
}

/** What was reserved for these orders grows old, and the sweep comes by. */
export async function sweepHolds(at: OwnInstance, orderIds: readonly string[]): Promise<void> {
  const { sql } = at.deps.databases.of("inventory").primary();
  await sql`
    update inventory.reservations set reserved_at = now() - interval '130 seconds' where order_id = any(${pgArray(orderIds)}::uuid[])`;
  // Its cursor is past that time: a row that was really that old would have been in front of it.
  await sql`delete from inventory.sweeps`;
  await runNow(at, "sweep-reservations");
}

/** All that there is of a SKU and its orders, without ids and times. */
export async function stateOf({ sql }: OwnShop, sku: string) {
  const [stock] = await sql`select on_hand, reserved from inventory.stock where sku = ${sku}`;
  const movements = await sql`select delta, reason from inventory.movements where sku = ${sku} order by reason, delta`;
  const orders = await sql`
    select o.status, o.refunded::int, o.lines #> '{0,quantity}' as quantity, jsonb_path_query_array(o.history, '$[*].status') as history, r.state as reservation,
           (select coalesce(jsonb_agg(jsonb_build_object('status', p.status, 'refunded', p.refunded, 'failure', p.failure_code,
                     'refunds', (select coalesce(jsonb_agg(f.amount order by f.amount), '[]') from payments.refunds f
                                  where f.user_id = p.user_id and f.payment_id = p.id and f.status = 'succeeded'))
                   order by p.status), '[]')
              from payments.payments p where p.user_id = o.user_id and p.order_id = o.id) as payments
      from orders.orders o join inventory.reservations r on r.order_id = o.id
     where r.skus @> array[${sku}] order by o.status, quantity`;
  return { stock, movements: [...movements], orders: [...orders] };
}
