import type { Scope } from "../../../platform/scope.ts";
import { useSku } from "./coupon-uses.ts";
import { presentCoupon } from "./present-coupon.ts";
import type { CouponRow } from "./queries.ts";
import type { Coupon } from "./schemas.ts";

/** Presents coupons with their uses, which inventory counts. */
export async function countUses(scope: Scope, coupons: readonly CouponRow[]): Promise<Coupon[]> {
  const units = await scope.deps.ports.inventory.unitsOf(scope, coupons.map(useSku));
  return coupons.map((coupon) => presentCoupon(coupon, units.get(useSku(coupon))?.taken ?? 0));
}
