import type { Config } from "../../platform/config.ts";
import { Problem } from "../../shared/errors.ts";
import { money } from "../../shared/money.ts";
import { type PricedBy, type Pricing, priceBasket } from "./price-basket.ts";
import type { PlaceOrderInput } from "./schemas.ts";

/**
 * Decides what an order will cost, before anything is reserved.
 * @throws Problem currency-mismatch, sku-unknown, coupon-invalid, price-changed, invalid-request for a total beyond all bounds
 */
export function decide(config: Config, input: PlaceOrderInput, by: PricedBy): Pricing {
  const currency = config.CURRENCY;
  for (const other of [input.currency, input.expectedTotal?.currency])
    if (other !== undefined && other !== currency)
      throw new Problem("currency-mismatch", `The shop trades in ${currency}, not ${other}.`);
  const pricing = priceBasket(config, input, by);
  if (input.expectedTotal !== undefined && input.expectedTotal.amount !== pricing.total)
    throw new Problem("price-changed", "The total differs from the one you expected.", {
      total: money(pricing.total, currency),
    });
  return pricing;
}
