import type postgres from "postgres";
import type { SeedProduct } from "./products.ts";

const perStatement = 250;

/**
 * Puts the products into the catalog with their categories, SKUs and cards; the hints follow their stock. What is there
 * stays as it is, so that a second run changes nothing. Takes a plain client; tells nobody by event.
 */
export async function seedCatalog(sql: postgres.Sql, products: readonly SeedProduct[]): Promise<void> {
  for (let from = 0; from < products.length; from += perStatement)
    await seedSome(sql, products.slice(from, from + perStatement));
}

async function seedSome(sql: postgres.Sql, products: readonly SeedProduct[]): Promise<void> {
  const rows = JSON.stringify(products.map(rowOf));
  await sql`
    with told as (
      select * from jsonb_to_recordset(${rows}::text::jsonb) as t(id uuid, slug text, name text, description text,
        category text, category_name text, variants jsonb, price_amount bigint, currency text, metadata jsonb,
        available boolean, created_at timestamptz)
    ), new_categories as (
      insert into catalog.categories (slug, name) select distinct category, category_name from told
      on conflict do nothing
    ), new_products as (
      insert into catalog.products (id, slug, name, description, category, images, variants, price_amount, currency,
        metadata, status, created_at, updated_at)
      select id, slug, name, description, category, '[]', variants, price_amount, currency, metadata, 'active',
        created_at, created_at
        from told
      on conflict do nothing
      returning id
    ), new_skus as (
      insert into catalog.skus (sku, product_id, available)
      select v ->> 'sku', id, (v ->> 'available')::boolean
        from told join new_products using (id) cross join jsonb_array_elements(variants) as v
      on conflict do nothing
    )
    insert into catalog.cards (category, product_id, name, price_amount, available, created_at)
    select category, id, name, price_amount, available, created_at from told join new_products using (id)
    on conflict do nothing`;
}

function rowOf({ category, variants, createdAt, ...product }: SeedProduct) {
  const shown = variants.map(({ stock, ...variant }) => ({ ...variant, available: stock > 0 }));
  return {
    ...product,
    category: category.slug,
    category_name: category.name,
    variants: shown,
    price_amount: Math.min(...variants.map(({ price }) => price.amount)),
    currency: variants[0]?.price.currency,
    available: shown.some(({ available }) => available),
    created_at: createdAt,
  };
}
