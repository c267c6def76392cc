import * as v from "valibot";
import { pageQuery } from "../../platform/http/page.ts";
import { skuSchema } from "../../shared/ids.ts";

const quantity = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000_000));

export const skuParam = v.object({ sku: skuSchema });

export const stockQuery = v.object(pageQuery);

export const countBody = v.pipe(
  v.strictObject({ onHand: quantity, expectedOnHand: v.optional(quantity) }),
  v.metadata({ ref: "StockCount" }),
);

/** `available` = `onHand` - `reserved`. */
export const stockSchema = v.pipe(
  v.object({ sku: v.string(), onHand: v.number(), reserved: v.number(), available: v.number() }),
  v.metadata({ ref: "Stock" }),
);
