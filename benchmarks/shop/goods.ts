import type { Shop } from "../../loadtests/lab/shop.ts";
import { takeOverPrices } from "../../src/services/orders/store.ts";

/** SKUs BENCH-1 to BENCH-1000, each at the same price, with more stock than any benchmark sells. */
export const goods = { count: 1_000, prefix: "BENCH-", name: "Thing of a benchmark", amount: 1_999 } as const;

export async function stockGoods({ sql, env }: Shop): Promise<void> {
  const currency = env.CURRENCY ?? "USD";
  const skus = Array.from({ length: goods.count }, (_, index) => `${goods.prefix}${index + 1}`);
  const priced = skus.map((sku) => {
    const variants = [{ sku, name: goods.name, amount: goods.amount }];
    return { productId: crypto.randomUUID(), version: 1, active: true, currency, variants };
  });
  await sql`
    insert into inventory.stock(sku, on_hand)
    select ${goods.prefix} || n, 1000000000 from generate_series(1, ${goods.count}::int) n on conflict do nothing`;
  await takeOverPrices(sql, priced);
}
