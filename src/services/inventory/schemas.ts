import * as v from "valibot";
import { pageQuery } from "../../platform/http/page.ts";
import { countMax, countSchema } from "../../shared/counts.ts";
import { skuSchema } from "../../shared/ids.ts";
import { line } from "../../shared/text.ts";
import { wholeNumber } from "../../shared/whole-number.ts";

export const skuParam = v.object({ sku: skuSchema });

/** `below`: only stock of which less than so many units are available. */
export const stockQuery = v.object({
  below: v.optional(v.pipe(wholeNumber, v.minValue(0), v.maxValue(countMax))),
  ...pageQuery,
});

export const movementsQuery = v.object(pageQuery);

export const adjustmentBody = v.pipe(
  v.strictObject({
    delta: v.pipe(
      v.number(),
      v.integer(),
      v.minValue(-countMax),
      v.maxValue(countMax),
      v.check((delta) => delta !== 0, "not 0"),
    ),
    reason: v.pipe(v.string(), v.minLength(1), v.maxLength(200), line),
  }),
  v.metadata({ ref: "StockAdjustment" }),
);

export const countBody = v.pipe(
  v.strictObject({ onHand: countSchema, expectedOnHand: v.optional(countSchema) }),
  v.metadata({ ref: "StockCount" }),
);

/** `available` = `onHand` - `reserved`. */
export const stockSchema = v.pipe(
  v.object({ sku: v.string(), onHand: v.number(), reserved: v.number(), available: v.number() }),
  v.metadata({ ref: "Stock" }),
);

export const movementSchema = v.pipe(
  v.object({
    id: v.string(),
    sku: v.string(),
    delta: v.number(),
    reason: v.string(),
    orderId: v.nullable(v.string()),
    at: v.string(),
  }),
  v.metadata({ ref: "Movement" }),
);
