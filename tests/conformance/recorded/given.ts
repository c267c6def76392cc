import type { Recorded } from "../exchange.ts";

/** Registers a buyer and logs in; later requests go `by` that name. */
export function buyer(name: string): Recorded[] {
  const account = { email: `${name}@conformance.example`, password: "a-long-unusual-phrase" };
  return [
    { request: "POST /v1/users", body: { ...account, name }, status: 201 },
    { request: "POST /v1/sessions", body: account, as: name, status: 201 },
  ];
}

export const admin: Recorded = {
  request: "POST /v1/sessions",
  body: { email: "admin@headroom.local", password: "headroom-admin" },
  as: "admin",
  status: 201,
};

/** An id that nothing has. */
export const nobody = "00000000-0000-4000-8000-000000000000";

/** Puts a product on sale under a fixed id: one SKU for each stock. Prices are 1000, 1001, … */
export function product(number: number, ...stocks: number[]): Recorded[] {
  const skus = stocks.map((_, index) => skuOf(number, index));
  const variants = skus.map((sku, index) => ({
    sku,
    name: `V${index}`,
    price: { amount: 1000 + index, currency: "USD" },
  }));
  return [
    {
      request: `PUT /v1/products/${productId(number)}`,
      by: "admin",
      body: productBody(number, { variants }),
      status: 201,
    },
    ...skus.map(
      (sku, index): Recorded => ({
        request: `PUT /v1/stock/${sku}`,
        by: "admin",
        body: { onHand: stocks[index] },
        status: 200,
      }),
    ),
  ];
}

export function productId(number: number): string {
  return `c0f0a000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

export function skuOf(number: number, variant: number): string {
  return `C-${number}-${variant}`;
}

export function productBody(number: number, more: object = {}) {
  return {
    slug: `conformance-${number}`,
    name: `Conformance ${number}`,
    description: "For a recorded request.",
    category: "conformance",
    variants: [{ sku: skuOf(number, 0), name: "V0", price: { amount: 1000, currency: "USD" } }],
    ...more,
  };
}

/** What an order of so many units of one SKU asks for. */
export function lines(sku: string, quantity: number) {
  return { lines: [{ sku, quantity }] };
}

/** Places an order, by default with success. */
export function order(by: string, key: string, body: object, more: Partial<Recorded> = {}): Recorded {
  return { request: "POST /v1/orders", by, key, body, status: 201, ...more };
}
