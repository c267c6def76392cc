import type { Config } from "../../platform/config.ts";
import { notAllowed, Problem } from "../../shared/errors.ts";
import { amountMax, money } from "../../shared/money.ts";
import type { CouponRow } from "./coupons/queries.ts";
import type { PriceRow } from "./queries.ts";
import type { Basket, OrderLine } from "./schemas.ts";

/** What a basket costs, in minor units of `currency`: total = subtotal - discount + shipping + tax. */
export interface Pricing {
  readonly lines: readonly OrderLine[];
  readonly subtotal: number;
  readonly discount: number;
  readonly shipping: number;
  readonly tax: number;
  readonly total: number;
  readonly currency: string;
}

/** What the shop itself says of a basket: its prices, and the coupon, where there is one of that code. */
export interface PricedBy {
  readonly prices: ReadonlyMap<string, PriceRow>;
  readonly coupon: CouponRow | undefined;
}

/**
 * Prices a basket by the shop's own list.
 * @throws Problem sku-unknown, coupon-invalid, invalid-request for a total beyond all bounds
 */
export function priceBasket(config: Config, basket: Basket, { prices, coupon }: PricedBy): Pricing {
  const currency = config.CURRENCY;
  const lines = priceLines(basket, prices, currency);
  if (basket.couponCode !== undefined && !coupon?.isLive)
    throw new Problem("coupon-invalid", `The coupon ${basket.couponCode} is unknown or not valid now.`);
  const subtotal = lines.reduce((sum, line) => sum + line.total.amount, 0);
  const discount = coupon === undefined ? 0 : discountOf(coupon, subtotal);
  const shipping = lines.length === 0 ? 0 : config.SHIPPING_FLAT;
  const taxed = subtotal - discount + shipping;
  const tax = taxOf(taxed, config.TAX_RATES.get(basket.shippingAddress?.country ?? "") ?? 0);
  const total = taxed + tax;
  if (subtotal > amountMax || total > amountMax)
    throw notAllowed({ path: "lines", message: `the total exceeds ${amountMax} minor units` });
  return { lines, subtotal, discount, shipping, tax, total, currency };
}

function priceLines({ lines }: Basket, prices: PricedBy["prices"], currency: string): OrderLine[] {
  const unknown = lines.filter(({ sku }) => !prices.has(sku)).map(({ sku }) => sku);
  if (unknown.length > 0)
    throw new Problem("sku-unknown", `The shop does not sell ${unknown.join(", ")}.`, { skus: unknown });
  return lines.flatMap(({ sku, quantity }) => {
    const price = prices.get(sku);
    if (!price) return [];
    const unitPrice = money(price.amount, currency);
    return [{ sku, name: price.name, quantity, unitPrice, total: money(price.amount * quantity, currency) }];
  });
}

/** Never more than the goods cost; a percentage is rounded to the nearest minor unit. */
function discountOf({ percentOff, amountOff }: CouponRow, subtotal: number): number {
  return Math.min(subtotal, amountOff ?? Math.round((subtotal * (percentOff ?? 0)) / 100));
}

/** `rate` in hundredths of a percent; rounded to the nearest minor unit. */
function taxOf(amount: number, rate: number): number {
  return rate === 0 ? 0 : Number((BigInt(amount) * BigInt(rate) + 5_000n) / 10_000n);
}
