import type { ReservationLine } from "../../../contracts/ports.ts";
import type { CouponRow } from "./queries.ts";

/** No SKU of goods has a colon. */
const prefix = "coupon:";
/** Of a coupon without a limit, as many uses as inventory can count: they are counted all the same. */
const unlimited = 1_000_000_000;

/** The SKU as which inventory keeps the coupon's uses. */
export const useSku = ({ id }: CouponRow): string => prefix + id;

export const isUse = (sku: string): boolean => sku.startsWith(prefix);

/** What an order with the coupon takes beside its goods: a use, and one of the user's own where those are limited. */
export function usesOf(coupon: CouponRow, userId: string): ReservationLine[] {
  const use = { sku: useSku(coupon), quantity: 1, allotted: coupon.limit ?? unlimited };
  if (coupon.perUser === null) return [use];
  return [use, { sku: `${useSku(coupon)}:${userId}`, quantity: 1, allotted: coupon.perUser }];
}
