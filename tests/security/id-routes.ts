const someProduct = {
  slug: "taken-over",
  name: "Taken over",
  description: "",
  category: "tests",
  variants: [{ sku: "TAKEN-OVER", name: "V", price: { amount: 1, currency: "USD" } }],
};

/**
 * Every route of the document with an id in its path, and a body that it can read, or null where it reads none. One that
 * is not in this table fails the suite: add it.
 */
export const idRoutes: Readonly<Record<string, object | null>> = {
  "DELETE /v1/coupons/{code}": null,
  "DELETE /v1/products/{id}": null,
  "DELETE /v1/sessions/{id}": null,
  "GET /assets/{file}": null,
  "GET /images/{picture}": null,
  "GET /problems/{slug}": null,
  "GET /v1/admin/orders/{id}": null,
  "GET /v1/coupons/{code}": null,
  "GET /v1/orders/{id}": null,
  "GET /v1/orders/{id}/events": null,
  "GET /v1/orders/{id}/payments": null,
  "GET /v1/payments/{id}": null,
  "GET /v1/payments/{id}/refunds": null,
  "GET /v1/products/{idOrSlug}": null,
  "GET /v1/stock/{sku}": null,
  "GET /v1/stock/{sku}/movements": null,
  "PATCH /v1/notifications/{id}": { read: true },
  "POST /v1/orders/{id}/cancel": null,
  "POST /v1/orders/{id}/deliveries": {},
  "POST /v1/orders/{id}/payments": { paymentMethod: "pm_ok" },
  "POST /v1/orders/{id}/shipments": {},
  "POST /v1/payments/{id}/refunds": {},
  "POST /v1/stock/{sku}/adjustments": { delta: 1, reason: "found" },
  "POST /v1/webhooks/{provider}": {},
  "PUT /v1/coupons/{code}": { percentOff: 100 },
  "PUT /v1/products/{id}": someProduct,
  "PUT /v1/stock/{sku}": { onHand: 0 },
};
