import type { Config } from "../../platform/config.ts";
import { Problem } from "../../shared/errors.ts";
import { amountMax, money } from "../../shared/money.ts";
import type { PriceRow } from "./queries.ts";
import type { OrderLine, PlaceOrderInput } from "./schemas.ts";

/** What an order will cost, decided before anything is reserved. */
export interface Decision {
  readonly lines: readonly OrderLine[];
  /** Minor units of `currency`. */
  readonly subtotal: number;
  readonly shipping: number;
  readonly total: number;
  readonly currency: string;
}

/**
 * Prices an order by the shop's own list.
 * @throws Problem currency-mismatch, sku-unknown, price-changed, invalid-request for a total beyond all bounds
 */
export function decide(config: Config, input: PlaceOrderInput, prices: ReadonlyMap<string, PriceRow>): Decision {
  const currency = config.CURRENCY;
  for (const other of [input.currency, input.expectedTotal?.currency])
    if (other !== undefined && other !== currency)
      throw new Problem("currency-mismatch", `The shop trades in ${currency}, not ${other}.`);
  const unknown = input.lines.filter(({ sku }) => !prices.has(sku)).map(({ sku }) => sku);
  if (unknown.length > 0)
    throw new Problem("sku-unknown", `The shop does not sell ${unknown.join(", ")}.`, { skus: unknown });
  const lines = input.lines.flatMap(({ sku, quantity }) => {
    const price = prices.get(sku);
    if (!price) return [];
    const unitPrice = money(price.amount, currency);
    return [{ sku, name: price.name, quantity, unitPrice, total: money(price.amount * quantity, currency) }];
  });
  const subtotal = lines.reduce((sum, line) => sum + line.total.amount, 0);
  const shipping = config.SHIPPING_FLAT;
  const total = subtotal + shipping;
  if (total > amountMax)
    throw new Problem("invalid-request", `Not allowed: lines: the total exceeds ${amountMax}`, {
      errors: [{ path: "lines", message: `the total exceeds ${amountMax} minor units` }],
    });
  if (input.expectedTotal !== undefined && input.expectedTotal.amount !== total)
    throw new Problem("price-changed", "The total differs from the one you expected.", {
      total: money(total, currency),
    });
  return { lines, subtotal, shipping, total, currency };
}
