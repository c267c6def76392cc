import type { Transaction } from "../../../platform/database.ts";
import type { CouponRow } from "./queries.ts";

type Terms = Omit<CouponRow, "id" | "createdAt" | "updatedAt" | "isLive">;

/** Makes the coupon, or gives the one of this code other terms: its uses stay counted. */
export async function saveCoupon(tx: Transaction, terms: Terms): Promise<CouponRow> {
  const [row] = await tx<CouponRow[]>`
    insert into orders.coupons as c (code, percent_off, amount_off, currency, "limit", per_user, starts_at, ends_at)
    values (${terms.code}, ${terms.percentOff}, ${terms.amountOff}, ${terms.currency}, ${terms.limit}, ${terms.perUser},
            ${terms.startsAt}, ${terms.endsAt})
    on conflict (code) do update
      set percent_off = excluded.percent_off, amount_off = excluded.amount_off, currency = excluded.currency,
          "limit" = excluded."limit", per_user = excluded.per_user, starts_at = excluded.starts_at,
          ends_at = excluded.ends_at, updated_at = now()
    returning code, id, percent_off as "percentOff", amount_off::float8 as "amountOff", currency, "limit",
              per_user as "perUser", starts_at as "startsAt", ends_at as "endsAt", created_at as "createdAt",
              updated_at as "updatedAt", coalesce(starts_at <= now(), true) and coalesce(now() < ends_at, true) as "isLive"`;
  if (!row) throw new Error("A coupon that was saved cannot be missing.");
  return row;
}

/** Answers whether there was such a coupon. */
export async function removeCoupon(tx: Transaction, code: string): Promise<boolean> {
  const rows = await tx`delete from orders.coupons where code = ${code} returning code`;
  return rows.length > 0;
}
