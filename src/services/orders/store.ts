import type { OrderStatus } from "../../contracts/ports.ts";
import { type Position, positionFrom } from "../../platform/consistency/tokens.ts";
import { type Handle, pgArray, type Sql, type Transaction } from "../../platform/database.ts";
import type { Pricing } from "./price-basket.ts";
import type { FulfilmentInput, PlaceOrderInput } from "./schemas.ts";

/** An order ready to be written: decided and reserved. */
export interface DecidedOrder extends Pricing {
  readonly id: string;
  readonly userId: string;
  readonly bodyHash: string;
  readonly coupon: string | null;
  readonly shippingAddress: PlaceOrderInput["shippingAddress"];
  readonly metadata: PlaceOrderInput["metadata"];
  readonly reservedAt: string;
  readonly traceparent: string;
}

export interface PlacedRow {
  readonly id: string;
  readonly outcome: "placed" | "exists" | "too-late" | "closed";
  readonly createdAt: string;
  readonly expiresAt: string;
}

interface PlaceOptions {
  readonly lifeSeconds: number;
  readonly halfGraceSeconds: number;
}

/** What became of each order, and a position of the primary that covers it. */
interface Placed {
  readonly rows: readonly PlacedRow[];
  readonly position: Position;
}

/** Writes orders of distinct ids with their events, in one call, which commits by itself: never in a transaction. */
export async function place(
  { sql }: Handle,
  orders: readonly DecidedOrder[],
  { lifeSeconds, halfGraceSeconds }: PlaceOptions,
): Promise<Placed> {
  const rows = orders.map((order) => ({
    id: order.id,
    user_id: order.userId,
    body_hash: order.bodyHash,
    lines: order.lines,
    subtotal: order.subtotal,
    discount: order.discount,
    shipping: order.shipping,
    tax: order.tax,
    total: order.total,
    currency: order.currency,
    coupon: order.coupon,
    shipping_address: order.shippingAddress ?? null,
    metadata: order.metadata ?? {},
    reserved_at: order.reservedAt,
    traceparent: order.traceparent,
  }));
  const users = [...new Set(orders.map(({ userId }) => userId))].sort();
  const [called] = await sql<{ placed: string; lsn: string; timeline: string }[]>`
    call orders.place_and_say_where_v1(${JSON.stringify(rows)}::text::jsonb, ${pgArray(users)}::uuid[],
                                       ${`${lifeSeconds} seconds`}::interval, ${`${halfGraceSeconds} seconds`}::interval,
                                       null, null, null)`;
  if (!called) throw new Error("place answered nothing");
  return { rows: JSON.parse(called.placed) as PlacedRow[], position: positionFrom(called) };
}

export interface Move {
  readonly from: readonly OrderStatus[];
  readonly to: OrderStatus;
  readonly event: "order.paid" | "order.cancelled" | "order.expired";
  /** Added to the event's data. */
  readonly more: Readonly<Record<string, string>>;
  readonly traceparent: string;
}

interface MovedOrder {
  readonly userId: string;
  readonly orderId: string;
  readonly paymentId: string | null;
}

/** Moves those of the orders that are in `from`, each with its event; answers their ids. */
export async function moveOrders(
  sql: Sql | Transaction,
  orders: readonly MovedOrder[],
  { from, to, event, more, traceparent }: Move,
): Promise<ReadonlySet<string>> {
  const rows = await sql<{ id: string }[]>`
    select id from orders.move_v1(
      ${pgArray(orders.map((order) => order.userId))}::uuid[], ${pgArray(orders.map((order) => order.orderId))}::uuid[],
      ${pgArray(orders.map((order) => order.paymentId))}::uuid[], ${pgArray(from)}::text[], ${to}, ${event},
      ${JSON.stringify(more)}::text::jsonb, ${traceparent}) as id`;
  return new Set(rows.map((row) => row.id));
}

interface Fulfilment {
  readonly userId: string;
  readonly id: string;
  readonly from: readonly OrderStatus[];
  readonly to: "shipped" | "delivered";
  /** Stands in the order's history and in the event. */
  readonly said: FulfilmentInput;
  readonly traceparent: string;
}

/** Moves an order that is in `from` on its way to the buyer, with its event; answers whether it was. */
export async function moveOnItsWay(
  tx: Transaction,
  { userId, id, from, to, said, traceparent }: Fulfilment,
): Promise<boolean> {
  const [row] = await tx<{ moved: boolean }[]>`
    select orders.fulfil_v1(${userId}, ${id}, ${pgArray(from)}::text[], ${to}, ${`order.${to}`},
                            ${JSON.stringify(said)}::text::jsonb, ${traceparent}) as moved`;
  return row?.moved === true;
}

interface NotedRefund {
  readonly userId: string;
  readonly orderId: string;
  readonly refundId: string;
  /** Minor units. */
  readonly amount: number;
  readonly restock: boolean;
}

/** Notes refunds at their orders, each with its event; an order in `from` whose whole total went back is refunded. */
export async function noteRefunds(
  tx: Transaction,
  refunds: readonly NotedRefund[],
  from: readonly OrderStatus[],
  traceparent: string,
): Promise<void> {
  const rows = refunds.map(({ userId, orderId, refundId, amount, restock }) => ({
    user_id: userId,
    id: orderId,
    refund: refundId,
    amount,
    restock,
  }));
  await tx`select orders.refund_v1(${JSON.stringify(rows)}::text::jsonb, ${pgArray(from)}::text[], ${traceparent})`;
}

/** Turns those of the paid orders refunded whose whole total had gone back before they were heard to be paid. */
export async function refundPaid(
  tx: Transaction,
  orders: readonly { readonly userId: string; readonly orderId: string }[],
  from: readonly OrderStatus[],
): Promise<void> {
  await tx`select orders.refund_paid_v1(
    ${pgArray(orders.map((order) => order.userId))}::uuid[], ${pgArray(orders.map((order) => order.orderId))}::uuid[],
    ${pgArray(from)}::text[])`;
}

/** Tells the end of cancelled or expired orders again: money came for them since. */
export async function tellEndAgain(
  tx: Transaction,
  orders: readonly { readonly userId: string; readonly orderId: string }[],
  traceparent: string,
): Promise<void> {
  await tx`select orders.tell_end_again_v1(
    ${pgArray(orders.map((order) => order.userId))}::uuid[], ${pgArray(orders.map((order) => order.orderId))}::uuid[],
    ${traceparent})`;
}

interface WrittenCart {
  /** False where the account is closed: nothing is written. */
  readonly isOpen: boolean;
  /** The new one; null where the cart is at another version than was named. */
  readonly version: number | null;
}

/** Writes a user's cart, whole, where it is at this version (0: where there is none). */
export async function writeCart(
  { sql }: Handle,
  userId: string,
  lines: readonly { readonly sku: string; readonly quantity: number }[],
  version: number,
): Promise<WrittenCart> {
  const [row] = await sql<WrittenCart[]>`
    with buyer as materialized (
      select of as user_id from orders.if_open_v1(${userId}) of
    ), written as (
      insert into orders.carts as c (user_id, lines) select user_id, ${JSON.stringify(lines)}::text::jsonb from buyer
      on conflict (user_id) do update set lines = excluded.lines, version = c.version + 1, updated_at = now()
        where c.version = ${version}
      returning version
    )
    select exists (select from buyer) as "isOpen", (select version from written) as version`;
  return row ?? { isOpen: false, version: null };
}

export interface PricedProduct {
  readonly productId: string;
  readonly version: number;
  readonly variants: readonly { readonly sku: string; readonly name: string; readonly amount: number }[];
  readonly currency: string;
  readonly active: boolean;
}

/** Takes over products' prices; an older version of a product than is known changes nothing. */
export async function takeOverPrices(sql: Sql | Transaction, products: readonly PricedProduct[]): Promise<void> {
  await sql`
    with given as (
      select distinct on ("productId") * from jsonb_to_recordset(${JSON.stringify(products)}::text::jsonb)
        as g("productId" uuid, version int, variants jsonb, currency text, active boolean)
       order by "productId", version desc
    ), newer as (
      insert into orders.priced_products as p (product_id, version) select "productId", version from given
      on conflict (product_id) do update set version = excluded.version where p.version < excluded.version
      returning product_id
    ), variant as (
      select g."productId", g.currency, g.active, v.sku, v.name, v.amount
        from given g join newer n on n.product_id = g."productId"
       cross join lateral jsonb_to_recordset(g.variants) as v(sku text, name text, amount bigint)
    ), gone as (
      update orders.prices set active = false
       where product_id = any(array(select product_id from newer))
         and (product_id, sku) not in (select "productId", sku from variant)
    )
    insert into orders.prices(sku, product_id, name, amount, currency, active)
    select sku, "productId", name, amount, currency, active from variant
    on conflict (sku, product_id) do update
      set name = excluded.name, amount = excluded.amount, currency = excluded.currency, active = excluded.active`;
}
