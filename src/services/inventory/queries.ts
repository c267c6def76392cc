import { and, asc, desc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { movements, stock } from "../../../db/schema/inventory.ts";
import { type Handle, pgArray, prepared } from "../../platform/database.ts";

const columns = { sku: stock.sku, onHand: stock.onHand, reserved: stock.reserved };

export const stockBySku = prepared((orm) =>
  orm
    .select(columns)
    .from(stock)
    .where(eq(stock.sku, sql.placeholder("sku")))
    .prepare("stock_by_sku"),
);

/** Goods ordered by SKU, behind `after`. */
export const stockPage = prepared((orm) =>
  orm
    .select(columns)
    .from(stock)
    .where(and(gt(stock.sku, sql.placeholder("after")), isNull(stock.allotted)))
    .orderBy(asc(stock.sku))
    .limit(sql.placeholder("limit"))
    .prepare("stock_page"),
);

/** What is free of each SKU, and taken of those that are allotted. */
export async function unitsOfSkus({ sql: tagged }: Handle, skus: readonly string[]) {
  return tagged<{ sku: string; free: number; taken: number }[]>`
    select s.sku, s.on_hand - s.reserved as free, coalesce(s.allotted - s.on_hand + s.reserved, 0) as taken
      from unnest(${pgArray(skus)}::text[]) w(sku)
     cross join lateral (select sku, on_hand, reserved, allotted from inventory.stock where sku = w.sku limit 1) s`;
}

/** Goods with fewer than `below` units available. It walks all: an index of these would cost every order. */
export const lowStockPage = prepared((orm) =>
  orm
    .select(columns)
    .from(stock)
    .where(
      and(
        gt(stock.sku, sql.placeholder("after")),
        isNull(stock.allotted),
        sql`${stock.onHand} - ${stock.reserved} < ${sql.placeholder("below")}`,
      ),
    )
    .orderBy(asc(stock.sku))
    .limit(sql.placeholder("limit"))
    .prepare("low_stock_page"),
);

/** A SKU's movements, newest first, before that of the id. */
export const movementsBefore = prepared((orm) =>
  orm
    .select({
      id: movements.id,
      sku: movements.sku,
      delta: movements.delta,
      reason: movements.reason,
      orderId: movements.orderId,
      at: movements.at,
    })
    .from(movements)
    .where(and(eq(movements.sku, sql.placeholder("sku")), lt(movements.id, sql.placeholder("before"))))
    .orderBy(desc(movements.id))
    .limit(sql.placeholder("limit"))
    .prepare("movements_before"),
);

export type MovementRow = Pick<typeof movements.$inferSelect, "id" | "sku" | "delta" | "reason" | "orderId" | "at">;

export interface ReservationRow {
  readonly orderId: string;
  readonly userId: string;
  readonly reservedAt: string;
  readonly state: "held" | "committed" | "released" | "returned";
}

/** Reservations behind the pass's cursor and at least `ageSeconds` old, oldest first. */
export async function reservationsBehindCursor(db: Handle, pass: string, ageSeconds: number, limit: number) {
  return db.sql<ReservationRow[]>`
    select order_id as "orderId", user_id as "userId", reserved_at as "reservedAt", state from inventory.reservations
     where (reserved_at, order_id) > (
             coalesce((select reserved_at from inventory.sweeps where pass = ${pass}), '-infinity'),
             coalesce((select order_id from inventory.sweeps where pass = ${pass}), '00000000-0000-0000-0000-000000000000'))
       and reserved_at < now() - ${`${ageSeconds} seconds`}::interval
     order by reserved_at, order_id limit ${limit}`;
}
