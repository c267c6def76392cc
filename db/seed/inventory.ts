import type postgres from "postgres";
import type { SeedProduct } from "./products.ts";

/** Counts each SKU's stock, with the movement that explains it; a SKU that has stock keeps it. */
export async function seedInventory(sql: postgres.Sql, products: readonly SeedProduct[]): Promise<void> {
  const counted = products.flatMap(({ variants }) => variants.map(({ sku, stock }) => ({ sku, on_hand: stock })));
  await sql`
    with made as (
      insert into inventory.stock(sku, on_hand)
      select sku, on_hand from jsonb_to_recordset(${JSON.stringify(counted)}::text::jsonb) as c(sku text, on_hand int)
      on conflict do nothing returning sku, on_hand
    )
    insert into inventory.movements(sku, delta, reason) select sku, on_hand, 'count' from made where on_hand > 0`;
}
