import { asc, eq, gt, sql } from "drizzle-orm";
import { stock } from "../../../db/schema/inventory.ts";
import { type Handle, prepared } from "../../platform/database.ts";

const columns = { sku: stock.sku, onHand: stock.onHand, reserved: stock.reserved };

export const stockBySku = prepared((orm) =>
  orm
    .select(columns)
    .from(stock)
    .where(eq(stock.sku, sql.placeholder("sku")))
    .prepare("stock_by_sku"),
);

/** Stock ordered by SKU, behind `after`. */
export const stockPage = prepared((orm) =>
  orm
    .select(columns)
    .from(stock)
    .where(gt(stock.sku, sql.placeholder("after")))
    .orderBy(asc(stock.sku))
    .limit(sql.placeholder("limit"))
    .prepare("stock_page"),
);

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
