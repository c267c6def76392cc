import { money } from "../../../shared/money.ts";
import { rfc3339 } from "../../../shared/times.ts";
import type { CouponRow } from "./queries.ts";
import type { Coupon } from "./schemas.ts";

/** A coupon as the contract shows it, with how often it is used: by orders that are neither expired nor cancelled. */
export function presentCoupon(row: CouponRow, used: number): Coupon {
  return {
    code: row.code,
    percentOff: row.percentOff,
    amountOff: row.amountOff === null ? null : money(row.amountOff, row.currency),
    limit: row.limit,
    perUser: row.perUser,
    startsAt: row.startsAt === null ? null : rfc3339(row.startsAt),
    endsAt: row.endsAt === null ? null : rfc3339(row.endsAt),
    used,
    createdAt: rfc3339(row.createdAt),
    updatedAt: rfc3339(row.updatedAt),
  };
}
