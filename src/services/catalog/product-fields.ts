import type { Config } from "../../platform/config.ts";
import { Problem } from "../../shared/errors.ts";
import { storedImages } from "./product.ts";
import type { ProductBody } from "./schemas.ts";
import type { ProductFields } from "./store.ts";

/** What is stored of a product as an admin sent it. `stock` tells which of its SKUs are in stock. */
export function fieldsOf(
  id: string,
  body: ProductBody,
  stock: ReadonlyMap<string, boolean>,
  config: Config,
): ProductFields {
  const { slug, name, description, category, metadata, status } = body;
  const variants = body.variants.map(({ sku, name, price }) => ({
    sku,
    name,
    price,
    available: stock.get(sku) ?? false,
  }));
  return {
    ...{ id, slug, name, description, category, metadata, status, variants },
    images: storedImages(body.images, config.PUBLIC_URL),
    priceAmount: Math.min(...variants.map(({ price }) => price.amount)),
    currency: config.CURRENCY,
  };
}

/** What is said of a category that its first product makes. */
export function categoryOf(slug: string): { slug: string; name: string } {
  return { slug, name: slug.replaceAll("-", " ").replace(/\b[a-z]/g, (letter) => letter.toUpperCase()) };
}

/** @throws Problem currency-mismatch */
export function requireCurrency({ variants }: ProductBody, { CURRENCY }: Config): void {
  if (variants.some(({ price }) => price.currency !== CURRENCY))
    throw new Problem("currency-mismatch", `This shop trades in ${CURRENCY}.`);
}

/** The refusal of SKUs that another product has. */
export function skuTaken(skus: readonly string[]): Problem {
  return new Problem("sku-taken", `Another product has ${skus.join(", ")}.`, { skus });
}

/** The refusal of a slug that another product has. */
export function slugTaken(slug: string): Problem {
  return new Problem("slug-taken", `Another product has the slug ${slug}.`);
}
