import type { Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { money } from "../../../shared/money.ts";
import { useSku } from "../coupons/coupon-uses.ts";
import { lookUpCoupon } from "../coupons/look-up-coupon.ts";
import { type PricedBy, priceBasket } from "../price-basket.ts";
import { priceList } from "../price-list.ts";
import type { Basket, Quote } from "../schemas.ts";

/**
 * What an order of this basket would cost now, and whether there is enough of each line; reserves nothing.
 * @throws Problem sku-unknown, coupon-invalid, coupon-exhausted, invalid-request for a total beyond all bounds
 */
export async function quoteBasket(scope: Scope, basket: Basket): Promise<Quote> {
  const prices = await priceList(
    scope,
    basket.lines.map(({ sku }) => sku),
  );
  const coupon = basket.couponCode === undefined ? undefined : await lookUpCoupon(scope, basket.couponCode);
  return quotePriced(scope, basket, { prices, coupon });
}

/** The same by prices that are at hand. */
export async function quotePriced(scope: Scope, basket: Basket, by: PricedBy): Promise<Quote> {
  const { lines, currency, ...sums } = priceBasket(scope.deps.config, basket, by);
  const skus = lines.map(({ sku }) => sku);
  const uses = by.coupon && useSku(by.coupon);
  const units = await scope.deps.ports.inventory.unitsOf(scope, uses === undefined ? skus : [...skus, uses]);
  const limit = by.coupon?.limit ?? Number.POSITIVE_INFINITY;
  if (uses !== undefined && (units.get(uses)?.taken ?? 0) >= limit)
    throw new Problem("coupon-exhausted", "The coupon was used as often as it may be.");
  return {
    lines: lines.map((line) => ({ ...line, available: (units.get(line.sku)?.free ?? 0) >= line.quantity })),
    subtotal: money(sums.subtotal, currency),
    discount: money(sums.discount, currency),
    shipping: money(sums.shipping, currency),
    tax: money(sums.tax, currency),
    total: money(sums.total, currency),
  };
}
