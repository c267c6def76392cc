import { eq, sql } from "drizzle-orm";
import { cards, categories, products, skus } from "../../../db/schema/catalog.ts";
import { prepared } from "../../platform/database.ts";

export const productColumns = {
  id: products.id,
  slug: products.slug,
  name: products.name,
  description: products.description,
  category: products.category,
  images: products.images,
  variants: products.variants,
  priceAmount: products.priceAmount,
  currency: products.currency,
  metadata: products.metadata,
  status: products.status,
  version: products.version,
  revision: products.revision,
  createdAt: products.createdAt,
  updatedAt: products.updatedAt,
};

export type ProductRow = Pick<typeof products.$inferSelect, keyof typeof productColumns>;

export const productById = prepared((orm) =>
  orm
    .select(productColumns)
    .from(products)
    .where(eq(products.id, sql.placeholder("id")))
    .prepare("product_by_id"),
);

export const productBySlug = prepared((orm) =>
  orm
    .select(productColumns)
    .from(products)
    .where(eq(products.slug, sql.placeholder("slug")))
    .prepare("product_by_slug"),
);

/** `ids` is an array literal. In no order, withdrawn ones included. */
export const productsByIds = prepared((orm) =>
  orm
    .select(productColumns)
    .from(products)
    .where(sql`${products.id} = any(${sql.placeholder("ids")}::uuid[])`)
    .prepare("products_by_ids"),
);

/** `slugs` is an array literal. */
export const idsOfSlugs = prepared((orm) =>
  orm
    .select({ id: products.id, slug: products.slug })
    .from(products)
    .where(sql`${products.slug} = any(${sql.placeholder("slugs")}::text[])`)
    .prepare("ids_of_slugs"),
);

/** Who sells each of the SKUs that anybody sells. `skus` is an array literal. */
export const sellersOfSkus = prepared((orm) =>
  orm
    .select({ sku: skus.sku, productId: skus.productId })
    .from(skus)
    .where(sql`${skus.sku} = any(${sql.placeholder("skus")}::text[])`)
    .prepare("sellers_of_skus"),
);

/** `skus` is an array literal. Each product once. */
export const productsOfSkus = prepared((orm) => {
  const sellers = orm
    .selectDistinct({ productId: skus.productId })
    .from(skus)
    .where(sql`${skus.sku} = any(${sql.placeholder("skus")}::text[])`)
    .as("sellers");
  return orm
    .select(productColumns)
    .from(products)
    .innerJoin(sellers, eq(sellers.productId, products.id))
    .prepare("of_skus");
});

/** Categories behind a position, by name. Each counts its products in the one partition of cards that it has. */
export const categoriesBehind = prepared((orm) =>
  orm
    .select({
      slug: categories.slug,
      name: categories.name,
      productCount: sql<number>`(select count(*)::int from ${cards} where ${cards.category} = ${categories.slug})`,
    })
    .from(categories)
    .where(sql`(${categories.name}, ${categories.slug}) > (${sql.placeholder("name")}, ${sql.placeholder("slug")})`)
    .orderBy(categories.name, categories.slug)
    .limit(sql.placeholder("limit"))
    .prepare("categories_behind"),
);
