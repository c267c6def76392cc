import { pgArray, type Transaction } from "../../platform/database.ts";
import type { ProductRow } from "./queries.ts";

/** What an admin sets of a product. */
export type ProductFields = Omit<ProductRow, "version" | "revision" | "createdAt" | "updatedAt">;
type Stamps = Pick<ProductRow, "version" | "revision" | "createdAt" | "updatedAt">;

/**
 * Makes the SKUs the product's own and tells which are in stock. Rows are taken in the order of SKUs, before any
 * product's, as stock events do. A SKU that another product has is missing from the answer.
 */
export async function takeSkus(
  tx: Transaction,
  productId: string,
  skus: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const rows = await tx<{ sku: string; available: boolean }[]>`
    insert into catalog.skus (sku, product_id)
    select sku, ${productId}::uuid from unnest(${pgArray(skus)}::text[]) as s(sku) order by sku
    on conflict (sku) do update set product_id = excluded.product_id
      where skus.product_id is null or skus.product_id = excluded.product_id
    returning sku, available`;
  return new Map(rows.map(({ sku, available }) => [sku, available]));
}

export async function lockProduct(
  tx: Transaction,
  id: string,
): Promise<Pick<ProductRow, "version" | "slug" | "category"> | undefined> {
  const [row] = await tx<Pick<ProductRow, "version" | "slug" | "category">[]>`
    select version, slug, category from catalog.products where id = ${id} for update`;
  return row;
}

export async function addCategory(tx: Transaction, slug: string, name: string): Promise<void> {
  await tx`insert into catalog.categories (slug, name) values (${slug}, ${name}) on conflict (slug) do nothing`;
}

/** Undefined where a product of that id came in between. */
export async function insertProduct(tx: Transaction, fields: ProductFields): Promise<ProductRow | undefined> {
  const [stamps] = await tx<Stamps[]>`
    insert into catalog.products
      (id, slug, name, description, category, images, variants, price_amount, currency, metadata, status)
    values (${fields.id}, ${fields.slug}, ${fields.name}, ${fields.description}, ${fields.category},
      ${JSON.stringify(fields.images)}::jsonb, ${JSON.stringify(fields.variants)}::jsonb, ${fields.priceAmount},
      ${fields.currency}, ${JSON.stringify(fields.metadata)}::jsonb, ${fields.status})
    on conflict (id) do nothing
    returning version, revision, created_at as "createdAt", updated_at as "updatedAt"`;
  return stamps && { ...fields, ...stamps };
}

/** The row must be locked. */
export async function updateProduct(tx: Transaction, fields: ProductFields): Promise<ProductRow> {
  const [stamps] = await tx<Stamps[]>`
    update catalog.products
       set slug = ${fields.slug}, name = ${fields.name}, description = ${fields.description},
           category = ${fields.category}, images = ${JSON.stringify(fields.images)}::jsonb,
           variants = ${JSON.stringify(fields.variants)}::jsonb, price_amount = ${fields.priceAmount},
           currency = ${fields.currency}, metadata = ${JSON.stringify(fields.metadata)}::jsonb,
           status = ${fields.status}, version = version + 1, revision = revision + 1, updated_at = now()
     where id = ${fields.id}
    returning version, revision, created_at as "createdAt", updated_at as "updatedAt"`;
  if (!stamps) throw new Error("A locked product cannot be gone.");
  return { ...fields, ...stamps };
}

/** The card follows the product, in its transaction; a withdrawn product has none. */
export async function putCard(tx: Transaction, row: ProductRow, formerCategory = row.category): Promise<void> {
  if (row.status === "withdrawn" || formerCategory !== row.category)
    await tx`delete from catalog.cards where category = ${formerCategory} and product_id = ${row.id}`;
  if (row.status === "withdrawn") return;
  const available = row.variants.some((variant) => variant.available);
  await tx`
    insert into catalog.cards (category, product_id, name, price_amount, available, created_at)
    values (${row.category}, ${row.id}, ${row.name}, ${row.priceAmount}, ${available}, ${row.createdAt})
    on conflict (category, product_id) do update
      set name = excluded.name, price_amount = excluded.price_amount, available = excluded.available`;
}

/** Undefined where there is no active product of that id. */
export async function withdraw(tx: Transaction, id: string): Promise<ProductRow | undefined> {
  const [row] = await tx<ProductRow[]>`
    update catalog.products
       set status = 'withdrawn', version = version + 1, revision = revision + 1, updated_at = now()
     where id = ${id} and status = 'active'
    returning id, slug, name, description, category, images, variants, price_amount::float8 as "priceAmount", currency,
      metadata, status, version, revision, created_at as "createdAt", updated_at as "updatedAt"`;
  return row;
}
