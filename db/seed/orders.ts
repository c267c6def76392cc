import type postgres from "postgres";
import { takeOverPrices } from "../../src/services/orders/store.ts";
import type { SeedProduct } from "./products.ts";

/** Gives orders its price list as `product.changed` would; a product whose prices are known keeps them. */
export async function seedOrders(sql: postgres.Sql, products: readonly SeedProduct[]): Promise<void> {
  const priced = products.map(({ id, name, variants }) => ({
    productId: id,
    version: 1,
    active: true,
    currency: variants[0]?.price.currency ?? "",
    variants: variants.map((variant) => ({
      sku: variant.sku,
      name: `${name}, ${variant.name}`,
      amount: variant.price.amount,
    })),
  }));
  await takeOverPrices(sql, priced);
}
