import { pgArray, type Transaction } from "../../platform/database.ts";
import type { ProductRow } from "./queries.ts";

/** What an admin sets of a product. */
export type ProductFields = Omit<ProductRow, "version" | "revision" | "createdAt" | "updatedAt">;
type Stamps = Pick<ProductRow, "id" | "version" | "revision" | "createdAt" | "updatedAt">;

interface SkuOf {
  readonly sku: string;
  readonly productId: string;
}

/**
 * Makes each SKU its product's own and tells which are in stock. Rows are taken in the order of SKUs, before any
 * product's, as stock events do. A SKU that another product has is missing from the answer.
 */
export async function takeSkus(tx: Transaction, skus: readonly SkuOf[]): Promise<ReadonlyMap<string, boolean>> {
  const rows = await tx<{ sku: string; available: boolean }[]>`
    insert into catalog.skus (sku, product_id)
    select sku, "productId" from jsonb_to_recordset(${JSON.stringify(skus)}::text::jsonb) as s(sku text, "productId" uuid)
     order by sku
    on conflict (sku) do update set product_id = excluded.product_id
      where skus.product_id is null or skus.product_id = excluded.product_id
    returning sku, available`;
  return new Map(rows.map(({ sku, available }) => [sku, available]));
}

type LockedProduct = Pick<ProductRow, "id" | "version" | "slug" | "category">;

/** Those that there are, by id; they stay as they are until the transaction ends. */
export async function lockProducts(
  tx: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LockedProduct>> {
  if (ids.length === 0) return new Map();
  const rows = await tx<LockedProduct[]>`
    select id, version, slug, category from catalog.products where id = any(${pgArray(ids)}::uuid[]) order by id for update`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** Makes those of the categories that are not there; the others keep their names. */
export async function addCategories(
  tx: Transaction,
  categories: readonly { readonly slug: string; readonly name: string }[],
): Promise<void> {
  await tx`
    insert into catalog.categories (slug, name)
    select slug, name from jsonb_to_recordset(${JSON.stringify(categories)}::text::jsonb) as c(slug text, name text)
     order by slug
    on conflict (slug) do nothing`;
}

/** Those that were not there; one whose id came in between is missing from the answer. */
export async function insertProducts(tx: Transaction, products: readonly ProductFields[]): Promise<ProductRow[]> {
  if (products.length === 0) return [];
  const stamps = await tx<Stamps[]>`
    insert into catalog.products
      (id, slug, name, description, category, images, variants, price_amount, currency, metadata, status)
    select id, slug, name, description, category, images, variants, "priceAmount", currency, metadata, status
      from jsonb_to_recordset(${JSON.stringify(products)}::text::jsonb) as p(id uuid, slug text, name text,
        description text, category text, images jsonb, variants jsonb, "priceAmount" bigint, currency text,
        metadata jsonb, status text)
     order by slug
    on conflict (id) do nothing
    returning id, version, revision, created_at as "createdAt", updated_at as "updatedAt"`;
  return stamped(products, stamps);
}

/** The rows must be locked. */
export async function updateProducts(tx: Transaction, products: readonly ProductFields[]): Promise<ProductRow[]> {
  if (products.length === 0) return [];
  const stamps = await tx<Stamps[]>`
    update catalog.products p
       set slug = n.slug, name = n.name, description = n.description, category = n.category, images = n.images,
           variants = n.variants, price_amount = n."priceAmount", currency = n.currency, metadata = n.metadata,
           status = n.status, version = p.version + 1, revision = p.revision + 1, updated_at = now()
      from jsonb_to_recordset(${JSON.stringify(products)}::text::jsonb) as n(id uuid, slug text, name text,
        description text, category text, images jsonb, variants jsonb, "priceAmount" bigint, currency text,
        metadata jsonb, status text)
     where p.id = n.id and p.id = any(${pgArray(products.map(({ id }) => id))}::uuid[])
    returning p.id, p.version, p.revision, p.created_at as "createdAt", p.updated_at as "updatedAt"`;
  return stamped(products, stamps);
}

/** The cards follow their products, in one transaction; a withdrawn product has none. */
export async function putCards(
  tx: Transaction,
  rows: readonly ProductRow[],
  former: ReadonlyMap<string, Pick<ProductRow, "category">> = new Map(),
): Promise<void> {
  const categoryOf = (row: ProductRow) => former.get(row.id)?.category ?? row.category;
  const gone = rows.filter((row) => row.status === "withdrawn" || categoryOf(row) !== row.category);
  const shown = rows.filter(({ status }) => status === "active");
  for (const [category, of] of Map.groupBy(gone, categoryOf))
    await tx`
      delete from catalog.cards
       where category = ${category} and product_id = any(${pgArray(of.map(({ id }) => id))}::uuid[])`;
  if (shown.length === 0) return;
  const cards = shown.map(({ category, id, name, priceAmount, variants, createdAt }) => ({
    ...{ category, id, name, priceAmount, createdAt },
    available: variants.some((variant) => variant.available),
  }));
  await tx`
    insert into catalog.cards (category, product_id, name, price_amount, available, created_at)
    select category, id, name, "priceAmount", available, "createdAt"
      from jsonb_to_recordset(${JSON.stringify(cards)}::text::jsonb) as c(category text, id uuid, name text,
        "priceAmount" bigint, available boolean, "createdAt" timestamptz)
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

function stamped(products: readonly ProductFields[], stamps: readonly Stamps[]): ProductRow[] {
  const fields = new Map(products.map((product) => [product.id, product]));
  return stamps.flatMap((stamp) => {
    const known = fields.get(stamp.id);
    return known ? [{ ...known, ...stamp }] : [];
  });
}
