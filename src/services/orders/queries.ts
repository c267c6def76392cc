import { and, Column, desc, eq, getTableColumns, is, type SQL, sql } from "drizzle-orm";
import { carts, orders } from "../../../db/schema/orders.ts";
import type { OrderStatus } from "../../contracts/ports.ts";
import { type Handle, pgArray, prepared } from "../../platform/database.ts";

const columns = {
  id: orders.id,
  userId: orders.userId,
  status: orders.status,
  bodyHash: orders.bodyHash,
  lines: sql<string>`${orders.lines}::text`,
  subtotal: orders.subtotal,
  discount: orders.discount,
  shipping: orders.shipping,
  tax: orders.tax,
  total: orders.total,
  coupon: orders.coupon,
  currency: orders.currency,
  shippingAddress: sql<string | null>`${orders.shippingAddress}::text`,
  metadata: sql<string>`${orders.metadata}::text`,
  refunded: orders.refunded,
  createdAt: orders.createdAt,
  updatedAt: orders.updatedAt,
  expiresAt: orders.expiresAt,
  history: sql<string>`${orders.history}::text`,
};

/** The same as expressions: as columns Drizzle takes them from the table alone, not from a lateral join. */
function columnsOf<Columns extends Record<string, Column | SQL>>(named: Columns): Columns {
  const expressions = Object.entries(named).map(([name, of]) => [name, is(of, Column) ? sql`${of}`.mapWith(of) : of]);
  return Object.fromEntries(expressions) as Columns;
}

export const orderById = prepared((orm) =>
  orm
    .select(columns)
    .from(orders)
    .where(and(eq(orders.userId, sql.placeholder("userId")), eq(orders.id, sql.placeholder("id"))))
    .prepare("order_by_id"),
);

/** Whose order it is, for an administrator who names it. */
export const orderOfAnyone = prepared((orm) =>
  orm
    .select({ userId: orders.userId })
    .from(orders)
    .where(eq(orders.id, sql.placeholder("id")))
    .prepare("order_of_anyone"),
);

export type OrderRow = Awaited<ReturnType<ReturnType<typeof orderById>["execute"]>>[number];

/** A user's orders, newest first, behind (createdAt, id). The first page starts behind 'infinity'. */
export const ordersPage = prepared((orm) =>
  orm
    .select(columns)
    .from(orders)
    .where(
      and(
        eq(orders.userId, sql.placeholder("userId")),
        sql`(${orders.createdAt}, ${orders.id}) < (${sql.placeholder("createdAt")}::timestamptz, ${sql.placeholder("id")}::uuid)`,
      ),
    )
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(sql.placeholder("limit"))
    .prepare("orders_page"),
);

/** A user's cart: its lines as JSON. */
export const cartOf = prepared((orm) =>
  orm
    .select({ lines: sql<string>`${carts.lines}::text`, version: carts.version })
    .from(carts)
    .where(eq(carts.userId, sql.placeholder("userId")))
    .prepare("cart_of"),
);

/** Behind a place, and not older than `from`. */
const inRange = sql`(${orders.createdAt}, ${orders.id}) < (${sql.placeholder("createdAt")}::timestamptz, ${sql.placeholder("id")}::uuid)
  and ${orders.createdAt} >= ${sql.placeholder("from")}::timestamptz`;

/** The same for one user's orders of some statuses. */
export const ordersOfUser = prepared((orm) =>
  orm
    .select(columns)
    .from(orders)
    .where(
      and(
        eq(orders.userId, sql.placeholder("userId")),
        sql`${orders.status} = any(${sql.placeholder("statuses")}::text[])`,
        inRange,
      ),
    )
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(sql.placeholder("limit"))
    .prepare("orders_of_user"),
);

/** All users' orders of some statuses: a page of each status from the index, of these the newest. */
export const ordersOfAll = prepared((orm) => {
  const all = sql.join(Object.values(getTableColumns(orders)), sql`, `);
  const pages = sql`unnest(${sql.placeholder("statuses")}::text[]) w(wanted)
    cross join lateral (
      select ${all} from ${orders}
       where ${orders.status} = w.wanted and ${inRange}
       order by ${orders.createdAt} desc, ${orders.id} desc limit ${sql.placeholder("limit")}) o`;
  return orm
    .select(columnsOf(columns))
    .from(pages)
    .orderBy(sql`created_at desc, id desc`)
    .limit(sql.placeholder("limit"))
    .prepare("orders_of_all");
});

/** The histories that have grown beyond what is known of them, each with its number in the list, from 1. */
export async function historiesBehind(
  { sql: tagged }: Handle,
  places: readonly { readonly userId: string; readonly orderId: string; readonly after: number }[],
) {
  return tagged<{ place: string; history: string }[]>`
    select k.place::text as place, o.history::text as history
      from unnest(${pgArray(places.map(({ userId }) => userId))}::uuid[], ${pgArray(places.map(({ orderId }) => orderId))}::uuid[],
                  ${pgArray(places.map(({ after }) => after))}::int[]) with ordinality k(user_id, id, after, place)
     cross join lateral (
       select history from orders.orders
        where user_id = k.user_id and id = k.id and jsonb_array_length(history) > k.after limit 1) o`;
}

export interface PriceRow {
  readonly sku: string;
  readonly name: string;
  /** Minor units of the shop's currency. */
  readonly amount: number;
}

export async function pricesOf({ sql: tagged }: Handle, skus: readonly string[]): Promise<PriceRow[]> {
  const rows = await tagged<{ sku: string; name: string; amount: string }[]>`
    select p.sku, p.name, p.amount::text as amount from unnest(${pgArray(skus)}::text[]) w(sku)
     cross join lateral (select sku, name, amount from orders.prices where sku = w.sku and active limit 1) p`;
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
}

/** The status and expiry of each order that exists, keyed by user and id. */
export async function statusesOf(
  { sql: tagged }: Handle,
  keys: readonly { readonly userId: string; readonly orderId: string }[],
) {
  return tagged<{ id: string; status: OrderStatus }[]>`
    select o.id, o.status
      from unnest(${pgArray(keys.map((key) => key.userId))}::uuid[], ${pgArray(keys.map((key) => key.orderId))}::uuid[]) k(user_id, id)
     cross join lateral (select id, status from orders.orders where user_id = k.user_id and id = k.id limit 1) o`;
}

/** What a payment must know: an order past its time is not payable, by the database's clock. */
export async function payableOrder({ sql: tagged }: Handle, userId: string, id: string) {
  const [row] = await tagged<{ status: OrderStatus; total: string; currency: string; payable: boolean }[]>`
    select status, total::text as total, currency, status = 'pending' and expires_at > now() as payable
      from orders.orders where user_id = ${userId} and id = ${id}`;
  return row;
}

/** Pending orders whose time has run out, oldest first. */
export async function overdueOrders({ sql: tagged }: Handle, limit: number) {
  return tagged<{ userId: string; orderId: string }[]>`
    select user_id as "userId", id as "orderId" from orders.orders
     where status = 'pending' and expires_at < now() order by expires_at limit ${limit}`;
}
