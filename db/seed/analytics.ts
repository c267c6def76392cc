import type postgres from "postgres";
import { nameSkus } from "../../src/services/analytics/store.ts";
import { lowestUuid } from "../../src/shared/ids.ts";
import type { SeedProduct } from "./products.ts";

/** Names the seeded SKUs, of which no event told; any event knows better. */
export async function seedAnalytics(sql: postgres.Sql, products: readonly SeedProduct[]): Promise<void> {
  const skus = products.flatMap(({ name, category, variants }) =>
    variants.map((variant) => ({
      sku: variant.sku,
      name: `${name}, ${variant.name}`,
      category: category.slug,
      eventId: lowestUuid,
    })),
  );
  await nameSkus(sql, skus);
}
