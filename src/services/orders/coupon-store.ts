import { eq, sql } from "drizzle-orm";
import { coupons } from "../../../db/schema/orders.ts";
import { prepared } from "../../platform/database.ts";
import { couponColumns } from "./coupon-queries.ts";

/** Makes the coupon, or gives the one of this code other terms: its uses stay counted. */
export const saveCoupon = prepared((orm) =>
  orm
    .insert(coupons)
    .values({
      code: sql.placeholder("code"),
      percentOff: sql.placeholder("percentOff"),
      amountOff: sql.placeholder("amountOff"),
      currency: sql.placeholder("currency"),
      limit: sql.placeholder("limit"),
      perUser: sql.placeholder("perUser"),
      startsAt: sql.placeholder("startsAt"),
      endsAt: sql.placeholder("endsAt"),
    })
    .onConflictDoUpdate({
      target: coupons.code,
      set: {
        percentOff: sql`excluded.percent_off`,
        amountOff: sql`excluded.amount_off`,
        currency: sql`excluded.currency`,
        limit: sql`excluded."limit"`,
        perUser: sql`excluded.per_user`,
        startsAt: sql`excluded.starts_at`,
        endsAt: sql`excluded.ends_at`,
        updatedAt: sql`now()`,
      },
    })
    .returning(couponColumns)
    .prepare("save_coupon"),
);

export const removeCoupon = prepared((orm) =>
  orm
    .delete(coupons)
    .where(eq(coupons.code, sql.placeholder("code")))
    .returning({ code: coupons.code })
    .prepare("remove_coupon"),
);
