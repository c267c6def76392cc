import type { Event } from "../../contracts/events.ts";
import { pgArray, type Transaction } from "../../platform/database.ts";

/** Keeps the newest word on each SKU; answers the products that have them. */
export async function hearStock(
  tx: Transaction,
  events: readonly Event<"stock.changed" | "stock.depleted">[],
): Promise<string[]> {
  const told = events.map(({ version, data }) => ({ ...data, version }));
  const rows = await tx<{ product_id: string | null }[]>`
    insert into catalog.skus (sku, available, stock_version)
    select distinct on (sku) sku, available, version
      from jsonb_to_recordset(${JSON.stringify(told)}::jsonb) as t(sku text, available boolean, version bigint)
     order by sku, version desc
    on conflict (sku) do update set available = excluded.available, stock_version = excluded.stock_version
      where skus.stock_version < excluded.stock_version
    returning product_id`;
  return [...new Set(rows.flatMap(({ product_id }) => product_id ?? []))];
}

/** Writes the hints of their SKUs into the products and their cards. Rows are taken in the order of ids. */
export async function refreshHints(tx: Transaction, productIds: readonly string[]): Promise<void> {
  if (productIds.length === 0) return;
  const ids = pgArray(productIds);
  await tx`select 1 from catalog.products where id = any(${ids}::uuid[]) order by id for update`;
  await tx`
    with hinted as (
      select p.id, bool_or(s.available) as available,
             jsonb_agg(v.variant || jsonb_build_object('available', s.available) order by v.place) as variants
        from catalog.products p
       cross join jsonb_array_elements(p.variants) with ordinality as v(variant, place)
       cross join lateral (select available from catalog.skus where sku = v.variant ->> 'sku' limit 1) s
       where p.id = any(${ids}::uuid[])
       group by p.id
    ), changed as (
      update catalog.products p set variants = h.variants, revision = p.revision + 1
        from hinted h where p.id = h.id and p.variants <> h.variants
      returning p.id, p.category, p.name, p.price_amount, p.created_at, p.status, h.available
    )
    insert into catalog.cards as c (category, product_id, name, price_amount, available, created_at)
    select category, id, name, price_amount, available, created_at from changed where status = 'active'
    on conflict (category, product_id) do update set available = excluded.available
      where c.available <> excluded.available`;
}
