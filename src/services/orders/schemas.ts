import * as v from "valibot";
import { pageQuery } from "../../platform/http/page.ts";
import { countries } from "../../shared/countries.ts";
import { skuSchema, uuidSchema } from "../../shared/ids.ts";
import { moneySchema } from "../../shared/money.ts";
import { line, metadataSchema } from "../../shared/text.ts";
import { couponCodeSchema } from "./coupon-schemas.ts";

const quantityMax = 1000;
const linesMax = 100;

const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most), line);

const lineInput = v.strictObject({
  sku: skuSchema,
  quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(quantityMax)),
});

const addressSchema = v.pipe(
  v.strictObject({
    name: text(200),
    line1: text(200),
    line2: v.optional(text(200)),
    city: text(200),
    postalCode: text(200),
    country: v.picklist(countries, "a country code (ISO 3166-1 alpha-2)"),
  }),
  v.metadata({ ref: "Address" }),
);

/** Lines of one SKU are merged and sorted by it: what is compared, reserved and priced is this form. */
const linesFrom = (least: number) =>
  v.pipe(
    v.array(lineInput),
    v.minLength(least),
    v.maxLength(linesMax),
    v.transform(merged),
    v.check(
      (lines) => lines.every(({ quantity }) => quantity <= quantityMax),
      `at most ${quantityMax} units of one SKU`,
    ),
  );

/** What has a price. */
const basketFields = {
  lines: linesFrom(1),
  couponCode: v.optional(couponCodeSchema),
  shippingAddress: v.optional(addressSchema),
};

export const quoteBody = v.pipe(v.strictObject(basketFields), v.metadata({ ref: "QuoteRequest" }));

export type Basket = v.InferOutput<typeof quoteBody>;

/** An empty cart is one, too. */
export const cartBody = v.pipe(v.strictObject({ lines: linesFrom(0) }), v.metadata({ ref: "CartBody" }));

export type CartBody = v.InferOutput<typeof cartBody>;

export const placeOrderBody = v.pipe(
  v.strictObject({
    ...basketFields,
    expectedTotal: v.optional(moneySchema),
    currency: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, "three capital letters (ISO 4217)"))),
    metadata: v.optional(metadataSchema),
  }),
  v.metadata({ ref: "PlaceOrder" }),
);

export type PlaceOrderInput = v.InferOutput<typeof placeOrderBody>;

export const orderParam = v.object({ id: uuidSchema });

export const ordersQuery = v.object(pageQuery);

const orderLine = v.object({
  sku: v.string(),
  name: v.string(),
  quantity: v.number(),
  unitPrice: moneySchema,
  total: moneySchema,
});

export type OrderLine = v.InferOutput<typeof orderLine>;

const sums = {
  subtotal: moneySchema,
  discount: moneySchema,
  shipping: moneySchema,
  tax: moneySchema,
  /** subtotal - discount + shipping + tax */
  total: moneySchema,
};

/** `available`: whether there are as many units now. */
const quoteFields = { lines: v.array(v.object({ ...orderLine.entries, available: v.boolean() })), ...sums };

export const quoteSchema = v.pipe(v.object(quoteFields), v.metadata({ ref: "Quote" }));

export type Quote = v.InferOutput<typeof quoteSchema>;

export const cartSchema = v.pipe(v.object({ ...quoteFields, version: v.number() }), v.metadata({ ref: "Cart" }));

export type Cart = v.InferOutput<typeof cartSchema>;

const statusSchema = v.picklist(["pending", "paid", "shipped", "delivered", "cancelled", "expired", "refunded"]);

export const orderSchema = v.pipe(
  v.object({
    id: v.string(),
    userId: v.string(),
    status: statusSchema,
    lines: v.array(orderLine),
    ...sums,
    coupon: v.nullable(v.string()),
    currency: v.string(),
    shippingAddress: v.nullable(addressSchema),
    metadata: v.record(v.string(), v.string()),
    refunded: moneySchema,
    createdAt: v.string(),
    updatedAt: v.string(),
    expiresAt: v.nullable(v.string()),
    history: v.array(v.object({ status: statusSchema, at: v.string() })),
  }),
  v.metadata({ ref: "Order" }),
);

export type Order = v.InferOutput<typeof orderSchema>;

function merged(lines: v.InferOutput<typeof lineInput>[]) {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity })).sort((a, b) => (a.sku < b.sku ? -1 : 1));
}
