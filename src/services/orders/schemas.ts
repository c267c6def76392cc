import * as v from "valibot";
import { orderStatus, paymentOfOrder } from "../../contracts/port-messages.ts";
import { pageQuery } from "../../platform/http/page.ts";
import { countries } from "../../shared/countries.ts";
import { skuSchema, uuidSchema } from "../../shared/ids.ts";
import { moneySchema } from "../../shared/money.ts";
import { line, metadataSchema } from "../../shared/text.ts";
import { isDay } from "../../shared/times.ts";
import { couponCodeSchema } from "./coupons/schemas.ts";

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

/** An RFC 3339 time, or a date: its beginning in UTC. */
const time = v.pipe(
  v.string(),
  v.regex(
    /^[1-9]\d{3}-(0[1-9]|1[0-2])-\d\d(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/,
    "a time (RFC 3339) or a date",
  ),
  v.check((text) => isDay(text.slice(0, 10)), "a day that there is"),
  v.transform((text) => new Date(text).toISOString()),
);

/** `from` is included, `to` is not; both mean when the order was placed. */
export const allOrdersQuery = v.object({
  ...pageQuery,
  status: v.optional(orderStatus),
  userId: v.optional(uuidSchema),
  email: v.optional(v.pipe(v.string(), v.maxLength(254), line, v.toLowerCase())),
  from: v.optional(time),
  to: v.optional(time),
});

export type AllOrdersQuery = v.InferOutput<typeof allOrdersQuery>;

export const fulfilmentBody = v.pipe(
  v.strictObject({ carrier: v.optional(text(200)), trackingNumber: v.optional(text(200)) }),
  v.metadata({ ref: "Fulfilment" }),
);

export type FulfilmentInput = v.InferOutput<typeof fulfilmentBody>;

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

/** `carrier` and `trackingNumber` stand where the order was shipped or delivered so. */
const stepSchema = v.object({
  status: orderStatus,
  at: v.string(),
  carrier: v.optional(v.string()),
  trackingNumber: v.optional(v.string()),
});

export const orderSchema = v.pipe(
  v.object({
    id: v.string(),
    userId: v.string(),
    status: orderStatus,
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
    history: v.array(stepSchema),
  }),
  v.metadata({ ref: "Order" }),
);

export type Order = v.InferOutput<typeof orderSchema>;

/** For administrators. */
export const orderWithPaymentsSchema = v.pipe(
  v.object({ ...orderSchema.entries, payments: v.array(paymentOfOrder) }),
  v.metadata({ ref: "OrderWithPayments" }),
);

function merged(lines: v.InferOutput<typeof lineInput>[]) {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity })).sort((a, b) => (a.sku < b.sku ? -1 : 1));
}
